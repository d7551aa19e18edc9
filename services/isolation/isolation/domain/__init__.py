"""Rules and values of isolation: no framework, no clock, no database."""
