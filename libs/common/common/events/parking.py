"""Parked events: what no attempt could bring through waits for a person, who replays or discards it.

Incoming ones wait at their consumer (in its delivery table, or in a queue of the broker), outgoing ones in their
producer's outbox.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

import structlog
from sqlalchemy import delete, select, update

from common.caller import system
from common.errors import not_found
from common.events.tables import Delivery, Outbox
from common.host import Host
from common.op import Op, usecase
from common.settings import Settings

log = structlog.get_logger()


@dataclass(frozen=True)
class ParkedEvent:
    """An event that waits for a person. `body` is the whole event as JSON; personal particulars in it are sealed."""

    id: str
    type: str
    site: str
    direction: Literal["incoming", "outgoing"]
    attempts: int
    problem: str
    parked_at: datetime | None
    body: str


class Parking(Protocol):
    """Parked events of the services of an installation."""

    def list(self, service: str, *, limit: int = 100) -> list[ParkedEvent]:
        """Parked events of a service, oldest first."""
        ...

    def show(self, service: str, event_id: str) -> ParkedEvent:
        """One of them. Raises NotFound."""
        ...

    def replay(self, service: str, event_id: str) -> None:
        """Tries it again from the start, at this service alone. Raises NotFound."""
        ...

    def discard(self, service: str, event_id: str) -> None:
        """Gives it up for good. Raises NotFound."""
        ...


def open_parking(hosts: Mapping[str, Host], settings: Settings) -> Parking:
    """The parking of this installation, embedded or with a broker."""
    if not settings.amqp:
        return EmbeddedParking(hosts)
    from common.events.amqp.parked import AmqpParking

    return AmqpParking(hosts, settings)


class OutgoingParking:
    """Rows of a service's outbox that no attempt could publish."""

    def __init__(self, host: Host) -> None:
        self._host, self._caller = host, system(host.service.name)

    def list(self, limit: int) -> list[ParkedEvent]:
        """The parked rows, oldest first."""
        return self._host.run_system(_parked_outgoing, self._caller, limit=limit)

    def replay(self, event_id: str) -> bool:
        """Lets the relay try it again; False if it is not there."""
        return self._host.run_system(_replay_outgoing, self._caller, event_id=event_id)

    def discard(self, event_id: str) -> bool:
        """Deletes it; False if it is not there."""
        return self._host.run_system(_discard_outgoing, self._caller, event_id=event_id)


class EmbeddedParking:
    """Parking without a broker: rows of the delivery table."""

    def __init__(self, hosts: Mapping[str, Host]) -> None:
        self._hosts = hosts

    def list(self, service: str, *, limit: int = 100) -> list[ParkedEvent]:
        """Parked events of a service, oldest first."""
        host = self._hosts[service]
        found = host.run_system(_parked_incoming, system(service), limit=limit)
        return [*found, *OutgoingParking(host).list(limit)][:limit]

    def show(self, service: str, event_id: str) -> ParkedEvent:
        """One of them. Raises NotFound."""
        for event in self.list(service, limit=100_000):
            if event.id == event_id:
                return event
        raise not_found("parked event", "搁置事件", event_id)

    def replay(self, service: str, event_id: str) -> None:
        """Tries it again from the start. Raises NotFound."""
        host = self._hosts[service]
        here = host.run_system(_replay_incoming, system(service), event_id=event_id)
        if not here and not OutgoingParking(host).replay(event_id):
            raise not_found("parked event", "搁置事件", event_id)
        log.info("parked.replayed", service=service, event_id=event_id)
        host.wake()

    def discard(self, service: str, event_id: str) -> None:
        """Gives it up for good. Raises NotFound."""
        host = self._hosts[service]
        here = host.run_system(_discard_incoming, system(service), event_id=event_id)
        if not here and not OutgoingParking(host).discard(event_id):
            raise not_found("parked event", "搁置事件", event_id)
        log.warning("parked.discarded", service=service, event_id=event_id)


@usecase(read=True)
def _parked_incoming(op: Op, *, limit: int) -> list[ParkedEvent]:
    rows = op.db.scalars(
        select(Delivery).where(Delivery.parked_at.is_not(None)).order_by(Delivery.parked_at).limit(limit)
    )
    return [
        ParkedEvent(
            row.event_id, row.type, row.site, "incoming", row.attempts, row.problem or "", row.parked_at, row.body
        )
        for row in rows
    ]


@usecase(read=True)
def _parked_outgoing(op: Op, *, limit: int) -> list[ParkedEvent]:
    rows = op.db.scalars(select(Outbox).where(Outbox.parked_at.is_not(None)).order_by(Outbox.parked_at).limit(limit))
    return [
        ParkedEvent(row.id, row.type, row.site, "outgoing", row.attempts, row.problem or "", row.parked_at, row.body)
        for row in rows
    ]


def _replay_incoming(op: Op, *, event_id: str) -> bool:
    again = update(Delivery).where(Delivery.event_id == event_id, Delivery.parked_at.is_not(None))
    fresh = again.values(parked_at=None, attempts=0, next_at=op.now).returning(Delivery.event_id)
    return op.db.execute(fresh).first() is not None


def _discard_incoming(op: Op, *, event_id: str) -> bool:
    gone = delete(Delivery).where(Delivery.event_id == event_id, Delivery.parked_at.is_not(None))
    return op.db.execute(gone.returning(Delivery.event_id)).first() is not None


def _replay_outgoing(op: Op, *, event_id: str) -> bool:
    again = update(Outbox).where(Outbox.id == event_id, Outbox.parked_at.is_not(None))
    fresh = again.values(parked_at=None, attempts=0, next_at=None).returning(Outbox.id)
    return op.db.execute(fresh).first() is not None


def _discard_outgoing(op: Op, *, event_id: str) -> bool:
    gone = delete(Outbox).where(Outbox.id == event_id, Outbox.parked_at.is_not(None)).returning(Outbox.id)
    return op.db.execute(gone).first() is not None
