"""Real PostgreSQL and RabbitMQ servers for tests, in Docker or as local processes."""
