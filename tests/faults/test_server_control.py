"""Fault tests rely on servers that can be broken and come back with what they had."""

import pika
import pika.exceptions
import psycopg
import pytest


def test_postgres_killed_keeps_what_was_committed(private_pg):
    with psycopg.connect(private_pg.admin_dsn) as connection:
        connection.execute("CREATE TABLE kept (n integer)")
    for n in range(3):
        with psycopg.connect(private_pg.admin_dsn) as connection:
            connection.execute("INSERT INTO kept VALUES (%s)", (n,))
        private_pg.kill()
        assert not private_pg.running()
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(private_pg.admin_dsn, connect_timeout=2)
        private_pg.start()
    private_pg.restart()
    with psycopg.connect(private_pg.admin_dsn) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (3,)


def test_postgres_paused_answers_nothing_until_it_is_resumed(private_pg):
    private_pg.pause()
    assert not private_pg.ready()
    private_pg.resume()
    private_pg.wait_ready()


def test_rabbit_keeps_a_confirmed_message_when_killed(private_rabbit):
    server, address = private_rabbit.server, pika.URLParameters(private_rabbit.amqp_url)
    with pika.BlockingConnection(address) as connection:
        connection.channel().queue_declare("kept", durable=True, arguments={"x-queue-type": "quorum"})
    server.restart()  # a quorum queue that is declared less than about 3 s before a kill does not come up again
    with pika.BlockingConnection(address) as connection:
        channel = connection.channel()
        channel.confirm_delivery()
        channel.basic_publish("", "kept", b"1", mandatory=True)
    server.kill()
    assert not server.running()
    with pytest.raises(pika.exceptions.AMQPConnectionError):
        pika.BlockingConnection(address)
    server.start()
    with pika.BlockingConnection(address) as connection:
        _, _, body = next(connection.channel().consume("kept", auto_ack=True, inactivity_timeout=30))
        assert body == b"1"
