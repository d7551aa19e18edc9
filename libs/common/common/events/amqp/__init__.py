"""RabbitMQ: the one package that imports pika."""
