"""Exchanges, queues and bindings, all of them, declared again on each connect.

    sizao.events (topic) ──> sizao.<service>, sizao.<service>.urgent     work queues of each consuming service
                         └─> sizao.log                                  stream of everything, for late subscribers
    sizao.retry.<tier> (direct, by the name of the queue that failed) ──> sizao.<service>.retry.<tier>
                         ──(its time is up)──> default exchange ──> the one queue that failed
    sizao.<service>.parked                                              what waits for a person

Arguments of a queue can't be changed once it is there: one that an installation may set (a tier's time) is part of the
queue's name, and limits belong in policies.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from common.events.catalogue import EVENTS

EXCHANGE = "sizao.events"
LOG = "sizao.log"
LOG_KEPT = "90D"
"""The stream is kept no longer than the data it tells of."""
DELIVERIES = 100
"""How often the broker hands out a message that kills its worker each time, before it parks the message."""

ATTEMPTS = "x-sizao-attempts"
PROBLEM = "x-sizao-problem"
QUEUE = "x-sizao-queue"
PARKED_AT = "x-sizao-parked-at"

_QUORUM = {"x-queue-type": "quorum"}
_AT_LEAST_ONCE = {
    "x-dead-letter-exchange": "",
    "x-dead-letter-strategy": "at-least-once",
    "x-overflow": "reject-publish",  # without it the broker silently dead-letters at most once
}


def work_queue(service: str) -> str:
    """The queue of a service's ordinary events."""
    return f"sizao.{service}"


def urgent_queue(service: str) -> str:
    """The queue of a service's urgent events."""
    return f"sizao.{service}.urgent"


def parked_queue(service: str) -> str:
    """The queue of what a service could not handle."""
    return f"sizao.{service}.parked"


def tier_queue(service: str, tier: str) -> str:
    """The queue in which a service's failed events wait."""
    return f"sizao.{service}.retry.{tier}"


def tier_exchange(tier: str) -> str:
    """The exchange of a tier; its routing keys are the names of work queues."""
    return f"sizao.retry.{tier}"


def stem(event_type: str) -> str:
    """`<service>.<entity>.<happened>` of a type."""
    return event_type.removeprefix("sizao.").rsplit(".", 1)[0]


def bindings(service: str) -> dict[str, set[str]]:
    """Binding keys by queue, from the catalogue.

    A key takes every version of its type: one from the future arrives, is parked and can be replayed after the upgrade.
    """
    urgent = {stem(name) for name, payload in EVENTS.items() if payload.urgent}
    wanted = {stem(name) for name, payload in EVENTS.items() if service in payload.consumers}
    return {
        work_queue(service): {f"*.{one}.*" for one in wanted - urgent},
        urgent_queue(service): {f"*.{one}.*" for one in wanted & urgent},
    }


def consumers_of(types: Iterable[str]) -> set[str]:
    """The services that the catalogue names as consumers of these types."""
    return {service for name in types for service in EVENTS[name].consumers}


def declare_exchange(channel: Any) -> None:
    """The exchange everything is published to, and the stream behind it."""
    channel.exchange_declare(EXCHANGE, "topic", durable=True)
    channel.queue_declare(LOG, durable=True, arguments={"x-queue-type": "stream", "x-max-age": LOG_KEPT})
    channel.queue_bind(LOG, EXCHANGE, "#")


def declare_consumer(channel: Any, service: str, tiers: Mapping[str, timedelta]) -> None:
    """The queues of a consuming service with their bindings; what is there already stays as it is."""
    parked = parked_queue(service)
    channel.queue_declare(parked, durable=True, arguments=_QUORUM | {"x-delivery-limit": 1_000_000})
    works = bindings(service)
    for queue, keys in works.items():
        channel.queue_declare(
            queue,
            durable=True,
            arguments=_QUORUM | _AT_LEAST_ONCE | {"x-dead-letter-routing-key": parked, "x-delivery-limit": DELIVERIES},
        )
        for key in sorted(keys):
            channel.queue_bind(queue, EXCHANGE, key)
    for tier, wait in tiers.items():
        channel.exchange_declare(tier_exchange(tier), "direct", durable=True)
        channel.queue_declare(
            tier_queue(service, tier),
            durable=True,
            arguments=_QUORUM | _AT_LEAST_ONCE | {"x-message-ttl": round(wait.total_seconds() * 1000)},
        )
        for queue in works:
            channel.queue_bind(tier_queue(service, tier), tier_exchange(tier), queue)
