"""An arriving event has its effect once: the reactions and the inbox row commit in one transaction."""

from __future__ import annotations

import time
from collections.abc import Sequence

import structlog
from pydantic import ValidationError
from sqlalchemy import Connection, Executable
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.exc import DBAPIError

from common.caller import system
from common.data.session import open_session, wall_in
from common.errors import SizaoError
from common.events.catalogue import EVENTS
from common.events.envelope import Envelope
from common.events.payload import Payload
from common.events.tables import INBOX
from common.host import Host
from common.observe.metrics import EVENTS_HANDLED, USECASE_SECONDS
from common.observe.trace import begin_trace, current_traceparent
from common.observe.tracing import span
from common.op import Op
from common.service import Received

log = structlog.get_logger()


_MARKS: dict[str, Executable] = {
    name: insert(INBOX).on_conflict_do_nothing().returning(INBOX.c.source, INBOX.c.event_id)
    for name, insert in (("sqlite", sqlite_insert), ("postgresql", postgresql_insert))
}
"""Built once: it is executed for every event."""


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


def receive_batch(host: Host, envelopes: Sequence[Envelope]) -> None:
    """Lets events have their effect together, in one transaction, each in a session of its own for its own site.

    If one fails nothing of the batch is kept, and what it raised is raised: the caller then tries them one by one.
    """
    started = time.perf_counter()
    outcome = "failed"
    payloads = [(envelope, checked_payload(host, envelope)) for envelope in envelopes]
    try:
        with host.together() as connection:
            fresh = mark_all_handled(host, connection, [envelope for envelope, payload in payloads if payload])
            ops, walled = [], None
            waiting = set(fresh)
            for envelope, payload in payloads:
                if payload is None or (envelope.source, envelope.id) not in waiting:
                    continue
                waiting.remove((envelope.source, envelope.id))  # a resent event may stand twice in one batch
                if envelope.site != walled:
                    wall_in(connection, [envelope.site])
                    walled = envelope.site
                ops.append(_react_in(host, connection, envelope, payload))
        outcome = "ok"
    finally:
        name = f"{__name__.split('.')[0]}.receive_batch"
        USECASE_SECONDS.labels(host.service.name, name, outcome).observe(time.perf_counter() - started)
    if any(op.letters for op in ops):
        host.wake()
    for op in ops:
        for call in op.after_commit:
            call()
    counted = set(fresh)
    for envelope in envelopes:
        word = "done" if (envelope.source, envelope.id) in counted else "again"
        counted.discard((envelope.source, envelope.id))
        EVENTS_HANDLED.labels(host.service.name, envelope.type, word).inc()


def _react_in(host: Host, connection: Connection, envelope: Envelope, payload: Payload) -> Op:
    begin_trace(envelope.traceparent)
    sites = frozenset({envelope.site})
    with (
        structlog.contextvars.bound_contextvars(event_id=envelope.id, event_type=envelope.type, site=envelope.site),
        span(f"react {envelope.type}", service=host.service.name),
        open_session(connection, sites, walled=True) as db,
    ):
        op = Op(host, db, system(host.service.name), sites, host.clock.now(), traceparent=current_traceparent())
        for reaction in host.service.reactions_to(envelope.type):
            reaction.do(op, Received(payload, envelope))
        op.commit()
    return op


def checked_payload(host: Host, envelope: Envelope) -> Payload | None:
    """The event's payload, or None where the service has no reaction to it.

    Raises Poison for a type that is unknown here (a version from the future) and for one that does not fit its schema.
    """
    known = EVENTS.get(envelope.type)
    if known is None:
        raise Poison(f"{envelope.type} is not known here: it may come from a newer release")
    if not host.service.reactions_to(envelope.type):
        return None
    try:
        return known.model_validate(envelope.data)
    except ValidationError as wrong:
        raise Poison(f"{envelope.type} {envelope.id} does not fit its schema: {wrong.error_count()} faults") from wrong


def problem_words(problem: BaseException) -> str:
    """What went wrong, for whoever looks at a parked event; a database's words are left out, they repeat values."""
    if isinstance(problem, (SizaoError, Poison)):
        return str(problem)
    if isinstance(problem, DBAPIError):
        state = getattr(problem.orig, "sqlstate", None)
        return f"{type(problem).__name__}: {type(problem.orig).__name__} {state or ''}".strip()
    return f"{type(problem).__name__}: {problem}"


def react(op: Op, *, envelope: Envelope) -> bool:
    """The reactions of this service to an event, in the transaction at hand; False if it was handled before."""
    payload = checked_payload(op.host, envelope)
    if payload is None or not mark_handled(op, envelope):
        return False
    for reaction in op.host.service.reactions_to(envelope.type):
        reaction.do(op, Received(payload, envelope))
    return True


def mark_handled(op: Op, envelope: Envelope) -> bool:
    """Writes the inbox row; False if it was there. `RETURNING` tells, since `rowcount` does not under psycopg."""
    return bool(_mark(op.host, op.db.connection(), [envelope]))


def mark_all_handled(host: Host, connection: Connection, envelopes: Sequence[Envelope]) -> set[tuple[str, str]]:
    """Writes the inbox rows of a batch in one statement; returns (source, id) of those that were not there."""
    unique = {(one.source, one.id): one for one in envelopes}
    # Sorted, so that two batches wait for each other, never in a ring
    return _mark(host, connection, [unique[key] for key in sorted(unique)])


def _mark(host: Host, connection: Connection, envelopes: Sequence[Envelope]) -> set[tuple[str, str]]:
    if not envelopes:
        return set()
    rows = [_inbox_row(host, one) for one in envelopes]
    done = connection.execute(_MARKS[connection.dialect.name], rows if len(rows) > 1 else rows[0])
    return {(source, event_id) for source, event_id in done}


def _inbox_row(host: Host, envelope: Envelope) -> dict[str, object]:
    return {
        "consumer": host.service.name,
        "source": envelope.source,
        "event_id": envelope.id,
        "type": envelope.type,
        "handled_at": host.clock.now(),
    }
