"""Looks at queues and bindings from outside: is there somebody who consumes what is published?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import quote

import httpx
import structlog
from pika import URLParameters

from common.events.amqp.connect import channel
from common.events.amqp.topology import (
    EXCHANGE,
    bindings,
    consumers_of,
    declare_consumer,
    declare_exchange,
    parked_queue,
    stem,
    tier_queue,
    urgent_queue,
    work_queue,
)
from common.events.catalogue import EVENTS
from common.observe.metrics import BINDINGS_MISSING, QUEUE_CONSUMERS, QUEUE_DEPTH

log = structlog.get_logger()


@dataclass(frozen=True)
class QueueState:
    """Messages ready in a queue, and its consumers."""

    ready: int
    consumers: int


def queue_states(urls: str, queues: Iterable[str]) -> dict[str, QueueState]:
    """The state of queues that are known to be there. Raises BrokerAway, or pika's AMQPError for one that is not."""
    with channel(urls, "sizao watch") as open_channel:
        found = {queue: open_channel.queue_declare(queue, passive=True).method for queue in queues}
    return {queue: QueueState(one.message_count, one.consumer_count) for queue, one in found.items()}


def service_queues(service: str, tiers: Mapping[str, timedelta]) -> list[str]:
    """All queues of a consuming service."""
    waiting = [tier_queue(service, tier) for tier in tiers]
    return [work_queue(service), urgent_queue(service), parked_queue(service), *waiting]


def missing_bindings(urls: str, management: str, types: Iterable[str]) -> list[str]:
    """`queue <- key` that the catalogue wants for these types and the broker has not.

    Asks the management API at `management`, an address with its sign-in. Raises httpx.HTTPError when it gives none.
    """
    vhost = URLParameters(urls.split(",", maxsplit=1)[0].strip()).virtual_host
    address = f"{management.rstrip('/')}/api/exchanges/{quote(vhost, safe='')}/{EXCHANGE}/bindings/source"
    answer = httpx.get(address, timeout=10)
    answer.raise_for_status()
    there = {(one["destination"], one["routing_key"]) for one in answer.json()}
    wanted = {
        (queue, key)
        for service in consumers_of(types)
        for queue, keys in bindings(service).items()
        for key in keys
        if any(key == f"*.{stem(name)}.*" for name in types)
    }
    return sorted(f"{queue} <- {key}" for queue, key in wanted - there)


def watch_consumers(
    service: str, urls: str, management: str, types: Iterable[str], tiers: Mapping[str, timedelta]
) -> None:
    """One look: logs and counts what is missing for the events that `service` publishes, and mends bindings."""
    known = [name for name in types if name in EVENTS]
    missing = missing_bindings(urls, management, known) if management else []
    BINDINGS_MISSING.labels(service).set(len(missing))
    if missing:
        log.error("bindings.missing", service=service, bindings=missing)
    consumers = sorted(consumers_of(known))
    with channel(urls, f"sizao {service} watch") as open_channel:
        declare_exchange(open_channel)
        for consumer in consumers:
            declare_consumer(open_channel, consumer, tiers)
    queues = [queue for consumer in consumers for queue in bindings(consumer)]
    for queue, state in queue_states(urls, queues).items():
        QUEUE_CONSUMERS.labels(service, queue).set(state.consumers)
        if state.consumers == 0:
            log.warning("consumer.none", service=service, queue=queue, waiting=state.ready)


def gauge_queues(service: str, urls: str, tiers: Mapping[str, timedelta]) -> None:
    """One look at a consuming service's own queues."""
    for queue, state in queue_states(urls, service_queues(service, tiers)).items():
        QUEUE_DEPTH.labels(service, queue).set(state.ready)
        QUEUE_CONSUMERS.labels(service, queue).set(state.consumers)
