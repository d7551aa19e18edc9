"""An arriving event has its effect once: the reactions and the inbox row commit in one transaction."""

from __future__ import annotations

import structlog
from pydantic import ValidationError
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from common.caller import system
from common.events.catalogue import EVENTS
from common.events.envelope import Envelope
from common.events.tables import INBOX
from common.host import Host
from common.observe.metrics import EVENTS_HANDLED
from common.observe.trace import begin_trace
from common.op import Op
from common.service import Received

log = structlog.get_logger()


class Poison(Exception):
    """An event that no further attempt can help: it is parked at once."""


def receive(host: Host, envelope: Envelope) -> bool:
    """Lets an event have its effect; False if it had it before. Raises Poison, or whatever the reaction raised."""
    begin_trace(envelope.traceparent)
    with structlog.contextvars.bound_contextvars(event_id=envelope.id, event_type=envelope.type, site=envelope.site):
        try:
            fresh = host.run(react, system(host.service.name), {envelope.site}, envelope=envelope)
        except Exception:
            EVENTS_HANDLED.labels(host.service.name, envelope.type, "failed").inc()
            raise
        EVENTS_HANDLED.labels(host.service.name, envelope.type, "done" if fresh else "again").inc()
        return fresh


def react(op: Op, *, envelope: Envelope) -> bool:
    """The reactions of this service to an event, in the transaction at hand; False if it was handled before."""
    reactions = op.host.service.reactions_to(envelope.type)
    if not reactions:
        return False
    try:
        payload = EVENTS[envelope.type].model_validate(envelope.data)
    except ValidationError as wrong:
        raise Poison(f"{envelope.type} {envelope.id} does not fit its schema: {wrong.error_count()} faults") from wrong
    if not mark_handled(op, envelope):
        return False
    for reaction in reactions:
        reaction.do(op, Received(payload, envelope))
    return True


def mark_handled(op: Op, envelope: Envelope) -> bool:
    """Writes the inbox row; False if it was there. `RETURNING` tells, since `rowcount` does not under psycopg."""
    insert = sqlite_insert if op.db.get_bind().dialect.name == "sqlite" else postgresql_insert
    row = {
        "consumer": op.host.service.name,
        "source": envelope.source,
        "event_id": envelope.id,
        "type": envelope.type,
        "handled_at": op.now,
    }
    statement = insert(INBOX).values(row).on_conflict_do_nothing().returning(INBOX.c.event_id)
    return op.db.execute(statement).first() is not None
