"""Consumes a service's queues. The connection's own thread only pumps and settles; handlers run on a pool."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pika
import structlog
from pika.exceptions import AMQPError, NackError, UnroutableError

from common.events.amqp.connect import BROKER_ERRORS, BackOff, connect
from common.events.amqp.desk import Arrival, Desk, Failure, Ledger
from common.events.amqp.handle import Handlers
from common.events.amqp.topology import (
    ATTEMPTS,
    PARKED_AT,
    PROBLEM,
    QUEUE,
    declare_consumer,
    declare_exchange,
    parked_queue,
    tier_exchange,
    urgent_queue,
    work_queue,
)
from common.host import Host
from common.observe.metrics import EVENTS_PARKED, EVENTS_RETRIED

log = structlog.get_logger()
BATCH = 50
DEEP = 8
"""From this many waiting normal events on they are handled together."""
PUMP_SECONDS = 0.2
FINISH_SECONDS = 20.0


class Consumer:
    """Consumes what the catalogue says `host`'s service consumes, until it is told to stop."""

    def __init__(
        self, host: Host, urls: str, *, threads: int, tiers: Mapping[str, timedelta], batch: int = BATCH,
        beat: Callable[[], None] = lambda: None,
    ) -> None:  # fmt: skip
        self._host, self._urls, self._tiers, self._beat = host, urls, tiers, beat
        self._service = host.service.name
        self._desk = Desk(batch=batch, deep=min(DEEP, batch))
        self._handlers = Handlers(host, self._desk, threads)
        # A unit of work is a batch: two of them may wait while the others are handled
        self._prefetch = {urgent_queue(self._service): 4 * threads, work_queue(self._service): 2 * max(batch, threads)}
        self.subscribed = threading.Event()
        """Set while both queues are consumed: the worker is ready."""

    def run(self, stop: threading.Event) -> None:
        """Consumes until `stop` is set, then lets handlers finish, settles what they did, and closes."""
        back_off = BackOff()
        self._handlers.start()
        while not stop.is_set():
            self._beat()
            try:
                connection, _ = connect(self._urls, f"sizao {self._service} worker")
                try:
                    self._session(connection, stop, back_off)
                finally:
                    self.subscribed.clear()
                    with suppress(*BROKER_ERRORS):
                        connection.close()
            except BROKER_ERRORS as problem:
                log.warning("broker.away", what="consumer", problem=f"{type(problem).__name__}: {problem}"[:200])
            if not stop.is_set():
                self._pause(stop, back_off.next())
        self._desk.close()

    def _pause(self, stop: threading.Event, seconds: float) -> None:
        until = time.monotonic() + seconds
        while not stop.is_set() and time.monotonic() < until:
            self._beat()
            stop.wait(0.5)

    def _session(self, connection: Any, stop: threading.Event, back_off: BackOff) -> None:
        """One connection: subscribes and pumps until it ends, breaks, or the broker cancels a subscription."""
        channel, out = connection.channel(), connection.channel()
        declare_exchange(channel)
        declare_consumer(channel, self._service, self._tiers)
        out.confirm_delivery()
        cancelled = threading.Event()
        channel.add_on_cancel_callback(lambda _frame: cancelled.set())

        def wake() -> None:
            with suppress(AMQPError):
                connection.add_callback_threadsafe(lambda: None)

        ledger = Ledger(wake)
        try:
            tags = [self._subscribe(channel, queue, count, ledger) for queue, count in self._prefetch.items()]
            self.subscribed.set()
            back_off.reset()
            log.info("consumer.subscribed", service=self._service)
            while not stop.is_set():
                self._beat()
                connection.process_data_events(time_limit=PUMP_SECONDS)
                self._settle(channel, out, ledger)
                if cancelled.is_set() or not channel.is_open or not out.is_open:
                    log.warning("consumer.cancelled", service=self._service, by_broker=cancelled.is_set())
                    return
            self.subscribed.clear()
            for tag in tags:
                channel.basic_cancel(tag)
            self._finish(connection, channel, out, ledger)
        finally:
            ledger.kill()
            self._desk.clear()

    def _subscribe(self, channel: Any, queue: str, prefetch: int, ledger: Ledger) -> str:
        urgent = queue == urgent_queue(self._service)

        def arrived(_channel: Any, method: Any, properties: Any, body: bytes) -> None:
            ledger.opened(method.delivery_tag)
            self._desk.put(Arrival(method.delivery_tag, body, properties.headers or {}, queue, urgent, ledger))

        channel.basic_qos(prefetch_count=prefetch, global_qos=False)
        return str(channel.basic_consume(queue, arrived))

    def _finish(self, connection: Any, channel: Any, out: Any, ledger: Ledger) -> None:
        """Handlers finish what they are at, within a deadline; what nobody began goes back to the broker."""
        self._desk.clear()
        self._handlers.halt()
        until = time.monotonic() + FINISH_SECONDS
        while not self._desk.idle() and time.monotonic() < until:
            self._beat()
            connection.process_data_events(time_limit=0.05)
            self._settle(channel, out, ledger)
        self._settle(channel, out, ledger)
        connection.process_data_events(time_limit=0)

    def _settle(self, channel: Any, out: Any, ledger: Ledger) -> None:
        """Publishes what failed to its tier, or parks it, and acknowledges all that has been dealt with."""
        for failure in ledger.take_failures():
            if self._passed_on(out, failure):
                ledger.handled([failure.arrival])
            else:
                ledger.closed(failure.arrival.tag)
                channel.basic_reject(failure.arrival.tag, requeue=False)
        upto, singles = ledger.take_acks()
        if upto is not None:
            channel.basic_ack(upto, multiple=True)
        for tag in singles:
            channel.basic_ack(tag)

    def _passed_on(self, out: Any, failure: Failure) -> bool:
        """Whether the broker confirmed the message in its next place; if not it is rejected, which parks it too."""
        arrival = failure.arrival
        attempts = attempts_of(arrival.headers) + 1
        headers = arrival.headers | {ATTEMPTS: attempts, PROBLEM: failure.problem[:500], QUEUE: arrival.queue}
        tiers = list(self._tiers)
        park = failure.poison or attempts > len(tiers)
        if park:
            headers[PARKED_AT] = self._host.clock.now().isoformat()
            exchange, key = "", parked_queue(self._service)
            EVENTS_PARKED.labels(self._service, arrival.event_type).inc()
            log.error("event.parked", event_id=arrival.event_id, event_type=arrival.event_type, problem=failure.problem)
        else:
            exchange, key = tier_exchange(tiers[attempts - 1]), arrival.queue
            EVENTS_RETRIED.labels(self._service, arrival.event_type).inc()
        try:
            out.basic_publish(exchange, key, arrival.body, message(headers), mandatory=True)
        except (NackError, UnroutableError) as refused:
            log.error("event.not_passed_on", event_id=arrival.event_id, problem=type(refused).__name__)
            return False
        return True


def attempts_of(headers: Mapping[str, Any]) -> int:
    """How often the message has failed, by our own count."""
    found = headers.get(ATTEMPTS, 0)
    return found if isinstance(found, int) else 0


def message(headers: Mapping[str, Any]) -> pika.BasicProperties:
    """Properties of a persistent event with these headers, without those that the broker adds by itself."""
    kept = {
        name: value for name, value in headers.items() if name in {"id", "type", "site"} or name.startswith("x-sizao")
    }
    return pika.BasicProperties(
        content_type="application/cloudevents+json",
        delivery_mode=pika.DeliveryMode.Persistent.value,
        message_id=str(headers.get("id", ""))[:255],
        headers=kept,
    )
