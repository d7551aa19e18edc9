"""The servers and the browser that other tests build on are real ones."""

import pika
import psycopg


def test_postgres_keeps_rows_in_a_database_of_its_own(make_database):
    dsn, other = make_database("first"), make_database("second")
    with psycopg.connect(dsn) as connection:
        connection.execute("CREATE TABLE reading (tenths integer)")
        connection.execute("INSERT INTO reading VALUES (365)")
    with psycopg.connect(dsn) as connection, psycopg.connect(other) as elsewhere:
        assert connection.execute("SELECT tenths FROM reading").fetchall() == [(365,)]
        assert elsewhere.execute("SELECT to_regclass('reading')").fetchone() == (None,)


def test_a_database_can_be_copied_from_another(make_database):
    dsn = make_database("original")
    with psycopg.connect(dsn) as connection:
        connection.execute("CREATE TABLE reading (tenths integer)")
    copy = make_database("copy", template=dsn.rsplit("/", 1)[1])
    with psycopg.connect(copy) as connection:
        assert connection.execute("SELECT count(*) FROM reading").fetchone() == (0,)


def test_rabbit_confirms_and_delivers_from_a_quorum_queue(rabbit):
    with pika.BlockingConnection(pika.URLParameters(rabbit.amqp_url)) as connection:
        channel = connection.channel()
        channel.queue_declare("readings", durable=True, arguments={"x-queue-type": "quorum"})
        channel.confirm_delivery()
        channel.basic_publish("", "readings", b"36.5", mandatory=True)
        _, _, body = next(channel.consume("readings", auto_ack=True, inactivity_timeout=10))
        assert body == b"36.5"
