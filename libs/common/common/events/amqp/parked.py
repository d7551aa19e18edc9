"""Parking in queues of the broker."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import structlog

from common.errors import not_found
from common.events.amqp.connect import channel
from common.events.amqp.consumer import attempts_of, message
from common.events.amqp.topology import (
    ATTEMPTS,
    PARKED_AT,
    PROBLEM,
    QUEUE,
    declare_consumer,
    declare_exchange,
    parked_queue,
    urgent_queue,
    work_queue,
)
from common.events.catalogue import EVENTS
from common.events.parking import OutgoingParking, ParkedEvent
from common.host import Host
from common.settings import Settings

log = structlog.get_logger()
MOST = 100_000


class AmqpParking:
    """Reads the parked queue without settling what it reads: closing the channel gives all of it back."""

    def __init__(self, hosts: Mapping[str, Host], settings: Settings) -> None:
        self._hosts, self._settings = hosts, settings

    def list(self, service: str, *, limit: int = 100) -> list[ParkedEvent]:
        """Parked events of a service, oldest first."""
        with self._channel(service) as open_channel:
            found = [_event(got, body) for _, got, body in _messages(open_channel, service, limit)]
        found.sort(key=lambda event: event.parked_at.timestamp() if event.parked_at else 0.0)
        return [*found, *OutgoingParking(self._hosts[service]).list(limit)][:limit]

    def show(self, service: str, event_id: str) -> ParkedEvent:
        """One of them. Raises NotFound."""
        for event in self.list(service, limit=MOST):
            if event.id == event_id:
                return event
        raise not_found("parked event", "搁置事件", event_id)

    def replay(self, service: str, event_id: str) -> None:
        """Puts it back into the queue that failed, at its first attempt. Raises NotFound."""

        def again(open_channel: Any, properties: Any, body: bytes) -> None:
            headers = dict(properties.headers or {})
            queue = headers.get(QUEUE) or _queue_of(service, str(headers.get("type", "")))
            for name in (ATTEMPTS, PROBLEM, PARKED_AT):
                headers.pop(name, None)
            open_channel.basic_publish("", queue, body, message(headers), mandatory=True)

        if not self._settle(service, event_id, again) and not OutgoingParking(self._hosts[service]).replay(event_id):
            raise not_found("parked event", "搁置事件", event_id)
        log.info("parked.replayed", service=service, event_id=event_id)

    def discard(self, service: str, event_id: str) -> None:
        """Gives it up for good. Raises NotFound."""
        if not self._settle(service, event_id, None) and not OutgoingParking(self._hosts[service]).discard(event_id):
            raise not_found("parked event", "搁置事件", event_id)
        log.warning("parked.discarded", service=service, event_id=event_id)

    def _settle(self, service: str, event_id: str, before: Callable[[Any, Any, bytes], None] | None) -> bool:
        """Takes the event off the queue, once `before` has done its work (and the broker confirmed it)."""
        with self._channel(service) as open_channel:
            for tag, properties, body in _messages(open_channel, service, MOST):
                if _event(properties, body).id == event_id:
                    if before is not None:
                        before(open_channel, properties, body)
                    open_channel.basic_ack(tag)
                    return True
        return False

    @contextmanager
    def _channel(self, service: str) -> Iterator[Any]:
        with channel(self._settings.amqp, f"sizao {service} parking") as open_channel:
            declare_exchange(open_channel)
            declare_consumer(open_channel, service, self._settings.tiers)
            open_channel.confirm_delivery()
            yield open_channel


def _messages(open_channel: Any, service: str, limit: int) -> Iterator[tuple[int, Any, bytes]]:
    for _ in range(limit):
        method, properties, body = open_channel.basic_get(parked_queue(service))
        if method is None:
            return
        yield method.delivery_tag, properties, body


def _event(properties: Any, body: bytes) -> ParkedEvent:
    headers = properties.headers or {}
    parked_at = headers.get(PARKED_AT)
    return ParkedEvent(
        id=str(headers.get("id") or properties.message_id or f"body-{hashlib.sha256(body).hexdigest()[:16]}"),
        type=str(headers.get("type", "")),
        site=str(headers.get("site", "")),
        direction="incoming",
        attempts=attempts_of(headers),
        problem=str(headers.get(PROBLEM) or "the broker gave up delivering it"),
        parked_at=datetime.fromisoformat(parked_at) if isinstance(parked_at, str) else None,
        body=body.decode(errors="replace"),
    )


def _queue_of(service: str, event_type: str) -> str:
    """The work queue of a type, for a message that the broker itself parked."""
    urgent = event_type in EVENTS and EVENTS[event_type].urgent
    return urgent_queue(service) if urgent else work_queue(service)
