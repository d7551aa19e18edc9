"""Events between services: the published language, the outbox and the inbox, and their transports."""
