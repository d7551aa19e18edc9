"""The embedded transport: the same outbox, inbox, retries and parking as with a broker, inside one process.

An event moves from its producer's outbox to the delivery table of each consumer, then to the event log; the consumer's
loop lets it have its effect. Each move is a transaction of its own and may be repeated: deliveries are keyed by event.
"""

from __future__ import annotations

from collections.abc import Mapping

import structlog
from pydantic import ValidationError
from sqlalchemy import delete, select, update
from sqlalchemy.dialects.sqlite import insert

from common.caller import system
from common.events.catalogue import EVENTS
from common.events.envelope import Envelope
from common.events.receive import Poison, problem_words, receive
from common.events.tables import DELIVERY, EVENT_LOG, Delivery, Outbox
from common.host import Host
from common.observe.metrics import EVENTS_PARKED, EVENTS_PUBLISHED
from common.op import Op, usecase

log = structlog.get_logger()

BATCH = 200


@usecase(read=True)
def read_outbox(op: Op, *, limit: int) -> list[Outbox]:
    """The next events to hand over: urgent ones first, else in the order they were written."""
    return list(
        op.db.scalars(
            select(Outbox).where(Outbox.parked_at.is_(None)).order_by(Outbox.urgent.desc(), Outbox.id).limit(limit)
        )
    )


def take_delivery(op: Op, *, rows: list[Outbox]) -> None:
    """Stores events that arrived for this service; the same event again changes nothing."""
    for row in rows:
        envelope = Envelope.from_json(row.body)
        op.db.execute(
            insert(DELIVERY)
            .values(
                event_id=row.id,
                source=envelope.source,
                site=row.site,
                type=row.type,
                urgent=row.urgent,
                body=row.body,
                arrived_at=op.now,
                attempts=0,
                next_at=op.now,
            )
            .on_conflict_do_nothing()
        )


def move_to_log(op: Op, *, rows: list[Outbox]) -> None:
    """Moves what was handed over from the outbox to the event log."""
    for row in rows:
        op.db.execute(
            insert(EVENT_LOG)
            .values(id=row.id, site=row.site, type=row.type, published_at=op.now, body=row.body)
            .on_conflict_do_nothing()
        )
    op.db.execute(delete(Outbox).where(Outbox.id.in_([row.id for row in rows])))


def hand_over(producer: Host, hosts: Mapping[str, Host]) -> int:
    """One pass over a producer's outbox; returns how many events it handed to their consumers."""
    caller = system(producer.service.name)
    rows = producer.run_system(read_outbox, caller, limit=BATCH)
    if not rows:
        return 0
    for name, host in hosts.items():
        wanted = [row for row in rows if row.type in EVENTS and name in EVENTS[row.type].consumers]
        if wanted:
            host.run_system(take_delivery, system(name), rows=wanted)
    producer.run_system(move_to_log, caller, rows=rows)
    for row in rows:
        EVENTS_PUBLISHED.labels(producer.service.name, row.type).inc()
    return len(rows)


@usecase(read=True)
def due_deliveries(op: Op, *, limit: int) -> list[Delivery]:
    """Events of this service whose turn has come."""
    return list(
        op.db.scalars(
            select(Delivery)
            .where(Delivery.parked_at.is_(None), Delivery.next_at <= op.now)
            .order_by(Delivery.urgent.desc(), Delivery.event_id)
            .limit(limit)
        )
    )


def forget_delivery(op: Op, *, row: Delivery) -> None:
    """Removes an event that had its effect."""
    op.db.execute(delete(Delivery).where(Delivery.event_id == row.event_id, Delivery.source == row.source))


def delay_or_park(op: Op, *, row: Delivery, problem: str, poison: bool) -> bool:
    """Puts a failed event on its next tier, or parks it after the last one; True if it was parked."""
    tiers = list(op.host.settings.tiers.values())
    attempts = row.attempts + 1
    park = poison or attempts > len(tiers)
    op.db.execute(
        update(Delivery)
        .where(Delivery.event_id == row.event_id, Delivery.source == row.source)
        .values(
            attempts=attempts,
            problem=problem[:2000],
            next_at=op.now if park else op.now + tiers[attempts - 1],
            parked_at=op.now if park else None,
        )
    )
    return park


def deliver(host: Host) -> int:
    """One pass over the events waiting for a service; returns how many were tried."""
    caller = system(host.service.name)
    rows = host.run_system(due_deliveries, caller, limit=BATCH)
    for row in rows:
        try:
            receive(host, Envelope.from_json(row.body))
        except Exception as problem:
            log.exception("event.failed", event_id=row.event_id, event_type=row.type, service=host.service.name)
            poison = isinstance(problem, (Poison, ValidationError))
            words = problem_words(problem)
            if host.run_system(delay_or_park, caller, row=row, problem=words, poison=poison):
                EVENTS_PARKED.labels(host.service.name, row.type).inc()
        else:
            host.run_system(forget_delivery, caller, row=row)
    return len(rows)
