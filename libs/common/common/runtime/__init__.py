"""Ways to run a service: embedded, web, relay, worker, live."""
