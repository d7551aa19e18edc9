"""What RabbitMQ and PostgreSQL add to the promises of every transport."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from sqlalchemy import delete, insert, select, text
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.exc import DBAPIError, ProgrammingError

from common.caller import system
from common.events.amqp.connect import channel
from common.events.amqp.topology import EXCHANGE, LOG, bindings, declare_consumer, parked_queue, work_queue
from common.events.amqp.watch import missing_bindings, service_queues, watch_consumers
from common.events.catalogue.screening import CheckCompleted, CheckVoided
from common.events.relay import prefer_the_index, waiting
from common.events.tables import INBOX, EventLog, Outbox
from common.host import count_statements
from common.ids import new_id
from common.op import Op
from common.testing.servers.engine import wait_until
from common.testing.wires import GUARD, BrokerWire, copies, parked, write

TYPES = [CheckVoided.event_type, CheckCompleted.event_type]


def log_of(wire: BrokerWire) -> list[tuple[int, str]]:
    def read(op: Op) -> list[tuple[int, str]]:
        rows = op.db.execute(select(EventLog.position, EventLog.id).order_by(EventLog.position))
        return [(position, ident) for position, ident in rows]

    return wire.hosts["screening"].run_system(read, system("test"))


def put_in_outbox(wire: BrokerWire, count: int, **fields: Any) -> None:
    now = wire.clock.now()
    row = {"site": "main", "type": CheckCompleted.event_type, "urgent": False, "created_at": now, "attempts": 0}
    with wire.hosts["screening"].system_engine.begin() as connection:
        connection.execute(insert(Outbox), [{"id": new_id(), **row, "body": "{}", **fields} for _ in range(count)])


def test_a_published_outbox_is_moved_to_the_log_in_rising_positions(broker_wire: BrokerWire) -> None:
    put_in_outbox(broker_wire, 2300)
    broker_wire.until(lambda: len(log_of(broker_wire)) == 2300, "the log")
    positions, ids = zip(*log_of(broker_wire), strict=True)
    assert list(positions) == sorted(set(positions))
    assert list(ids) == sorted(set(ids))
    assert broker_wire.handed_over()


def test_a_batch_of_a_long_outbox_is_read_from_the_index_without_reading_the_rest(broker_wire: BrokerWire) -> None:
    broker_wire.stop_relay()
    put_in_outbox(broker_wire, 5000)
    with broker_wire.hosts["screening"].system_engine.connect() as connection:
        prefer_the_index(connection)
        for urgent in (True, False):
            statement = waiting(broker_wire.clock.now(), ["x", "y"], urgent=urgent, limit=500).compile(connection)
            plan = "\n".join(
                row[0] for row in connection.exec_driver_sql(f"EXPLAIN {statement}", statement.construct_params())
            )
            assert "Index Scan using ix_outbox_order" in plan
            assert "Sort" not in plan
    broker_wire.start_relay()


def test_a_row_that_no_broker_takes_is_parked_and_others_pass_it(broker_wire: BrokerWire) -> None:
    put_in_outbox(broker_wire, 1, type="x" * 120, site="y" * 40)
    write(broker_wire, "fine")
    broker_wire.until(lambda: copies(broker_wire) == ["fine"], "the good one")
    outgoing = broker_wire.until(lambda: broker_wire.parking.list("screening"), "the bad one to be parked")
    assert [event.direction for event in outgoing] == ["outgoing"]
    broker_wire.parking.discard("screening", outgoing[0].id)
    assert broker_wire.parking.list("screening") == []


def manage(wire: BrokerWire, method: str, path: str, body: Any = None) -> None:
    vhost = wire.amqp.rsplit("/", 1)[1]
    address = f"{wire.settings.amqp_management}/api/{path.replace('VHOST', vhost)}"
    httpx.request(method, address, json=body, timeout=30).raise_for_status()


def test_the_one_row_at_which_the_broker_closes_the_channel_is_found_among_many(broker_wire: BrokerWire) -> None:
    user = httpx.URL(broker_wire.settings.amqp_management).username
    rights = {"exchange": EXCHANGE, "write": "^main[.]", "read": ".*"}
    manage(broker_wire, "PUT", f"topic-permissions/VHOST/{user}", rights)
    broker_wire.stop_relay()
    put_in_outbox(broker_wire, 15)
    put_in_outbox(broker_wire, 1, site="branch")
    put_in_outbox(broker_wire, 15)
    broker_wire.start_relay()
    outgoing = broker_wire.until(lambda: broker_wire.parking.list("screening"), "the bad one to be parked")
    assert [event.site for event in outgoing] == ["branch"]
    broker_wire.until(lambda: len(log_of(broker_wire)) == 30, "the others")
    manage(broker_wire, "DELETE", f"topic-permissions/VHOST/{user}")
    broker_wire.parking.replay("screening", outgoing[0].id)
    broker_wire.until(lambda: len(log_of(broker_wire)) == 31, "the replayed one")


def test_one_relay_is_active_and_another_takes_over(broker_wire: BrokerWire) -> None:
    with broker_wire.relay() as second:
        write(broker_wire, "by the first")
        broker_wire.until(lambda: copies(broker_wire) == ["by the first"], "the first")
        assert not second.active.is_set()
        broker_wire.stop_relay()
        write(broker_wire, "by the second")
        broker_wire.until(lambda: len(copies(broker_wire)) == 2, "the second")
        assert second.active.is_set()
    broker_wire.start_relay()


def test_a_deep_queue_is_handled_in_batches_of_one_transaction(broker_wire: BrokerWire) -> None:
    broker_wire.hold()
    for number in range(300):
        write(broker_wire, f"note {number}")
    write(broker_wire, "poison")
    write(broker_wire, "last")
    wait_until(broker_wire.handed_over, 60, "all to be handed over")
    statements = count_statements(broker_wire.hosts["notify"].engine)
    broker_wire.release()
    broker_wire.until(lambda: len(copies(broker_wire)) == 301, "all copies")
    inbox = [one for one in statements if one.startswith("INSERT INTO inbox")]
    assert len(inbox) < 150
    broker_wire.until(lambda: parked(broker_wire), "the poison to be parked")
    broker_wire.until(lambda: _ready(broker_wire) == 0, "every message to be acknowledged")


def _ready(wire: BrokerWire) -> int:
    """Messages in notify's queues that are not parked, those delivered and not acknowledged among them."""
    found = httpx.get(f"{wire.settings.amqp_management}/api/queues/{wire.amqp.rsplit('/', 1)[1]}", timeout=30).json()
    mine = {queue for queue in service_queues("notify", wire.settings.tiers) if queue != parked_queue("notify")}
    return sum(queue.get("messages", 0) for queue in found if queue["name"] in mine)


def test_a_consumer_whose_queue_is_deleted_subscribes_anew(broker_wire: BrokerWire) -> None:
    with channel(broker_wire.amqp, "test") as open_channel:
        open_channel.queue_delete(work_queue("notify"))

    def consumed() -> bool:
        with channel(broker_wire.amqp, "test") as open_channel:
            declare_consumer(open_channel, "notify", broker_wire.settings.tiers)
            return bool(open_channel.queue_declare(work_queue("notify"), passive=True).method.consumer_count)

    broker_wire.until(consumed, "a consumer")
    write(broker_wire, "after")
    broker_wire.until(lambda: copies(broker_wire) == ["after"], "the copy")


def test_a_worker_that_stops_leaves_the_rest_to_the_next(broker_wire: BrokerWire) -> None:
    for round_ in range(4):
        for number in range(40):
            write(broker_wire, f"note {round_} {number}")
        broker_wire.hold()
        broker_wire.release()
    broker_wire.until(lambda: len(copies(broker_wire)) == 160, "all copies")
    assert len(set(copies(broker_wire))) == 160
    assert not parked(broker_wire)


def test_a_binding_that_is_gone_is_noticed_and_mended(broker_wire: BrokerWire) -> None:
    amqp, management = broker_wire.amqp, broker_wire.settings.amqp_management
    assert missing_bindings(amqp, management, TYPES) == []
    queue = work_queue("notify")
    key = "*.screening.check.completed.*"
    assert key in bindings("notify")[queue]
    with channel(amqp, "test") as open_channel:
        open_channel.queue_unbind(queue, EXCHANGE, key)
    assert missing_bindings(amqp, management, TYPES) == [f"{queue} <- {key}"]
    watch_consumers("screening", amqp, management, TYPES, broker_wire.settings.tiers)
    assert missing_bindings(amqp, management, TYPES) == []


def test_the_stream_keeps_everything_for_late_subscribers(broker_wire: BrokerWire) -> None:
    for words in ("first", "second"):
        write(broker_wire, words)
    broker_wire.until(lambda: len(copies(broker_wire)) == 2, "the copies")
    seen: list[str] = []
    with channel(broker_wire.amqp, "test") as open_channel:
        open_channel.basic_qos(prefetch_count=10)
        consumed = open_channel.consume(LOG, arguments={"x-stream-offset": "first"}, inactivity_timeout=10)
        for method, _, body in consumed:
            assert method is not None, "the stream ended early"
            open_channel.basic_ack(method.delivery_tag)
            seen.append(json.loads(body)["data"]["masked_name"])
            if len(seen) == 2:
                break
    assert seen == ["first", "second"]


def test_a_database_that_keeps_handlers_waiting_costs_no_event(broker_wire: BrokerWire) -> None:
    """While the database keeps a handler waiting its events stay with the broker, and are handled afterwards."""
    with broker_wire.hosts["notify"].system_engine.connect() as locker:
        locker.execute(text("LOCK TABLE two_note IN SHARE ROW EXCLUSIVE MODE"))
        for urgent in (True, False):
            write(broker_wire, f"urgent {urgent}", urgent=urgent)
        wait_until(broker_wire.handed_over, 60, "all to be handed over")
        assert copies(broker_wire) == []
        locker.rollback()
    broker_wire.until(lambda: len(copies(broker_wire)) == 2, "the copies")


def test_whether_a_row_was_new_is_told_by_returning_and_never_by_rowcount(broker_wire: BrokerWire) -> None:
    row = {"consumer": "notify", "source": "/sites/main/screening", "event_id": "e", "type": "t",
           "handled_at": broker_wire.clock.now()}  # fmt: skip
    once = postgresql_insert(INBOX).values(row).on_conflict_do_nothing()
    with broker_wire.hosts["notify"].engine.begin() as connection:
        first = connection.execute(once.returning(INBOX.c.event_id)).all()
        again = connection.execute(once.returning(INBOX.c.event_id)).all()
        assert (first, again) == ([("e",)], [])
        connection.execute(delete(INBOX))
        counts = [connection.execute(once).rowcount for _ in range(2)]
    assert counts == [-1, -1]


def test_without_the_filter_of_the_orm_the_database_still_shows_a_sites_own_rows_alone(broker_wire: BrokerWire) -> None:
    for site in ("main", "branch"):
        write(broker_wire, f"note of {site}", site=site)
    broker_wire.until(lambda: len(copies(broker_wire)) == 2, "the copies")
    host = broker_wire.hosts["notify"]

    def bare(op: Op, *, statement: str) -> list[Any]:
        return list(op.db.connection().exec_driver_sql(statement).all())

    for sites, seen in (({"main"}, ["main"]), ({"main", "branch"}, ["branch", "main"]), (set(), [])):
        rows = host.run(bare, GUARD, sites, statement="SELECT DISTINCT site FROM two_note ORDER BY site")
        assert [row[0] for row in rows] == seen
    with host.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM two_note")).scalar_one() == 0
    producer = broker_wire.hosts["screening"]
    assert producer.run(bare, GUARD, {"main"}, statement="SELECT DISTINCT site FROM event_log") == [("main",)]


def test_the_services_role_can_neither_write_for_another_site_nor_lift_the_wall(broker_wire: BrokerWire) -> None:
    host = broker_wire.hosts["notify"]

    def bare(op: Op, *, statement: str) -> None:
        op.db.connection().exec_driver_sql(statement)

    smuggle = "INSERT INTO two_note (id, origin, site, words, turn) VALUES ('x', 'x', 'branch', 'smuggled', 0)"
    lifts = (
        "ALTER TABLE two_note DISABLE ROW LEVEL SECURITY",
        "DROP POLICY two_note_sites ON two_note",
        "SET ROLE notify_owner",
        "SET ROLE sizao_system",
        "CREATE TABLE elsewhere AS SELECT * FROM two_note",
    )
    for statement in (smuggle, *lifts):
        with pytest.raises((ProgrammingError, DBAPIError)):
            host.run(bare, GUARD, {"main"}, statement=statement)
    assert copies(broker_wire) == []
