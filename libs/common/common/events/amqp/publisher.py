"""Publishes with a window of confirms: pika's own loop runs in one thread, the relay waits in another."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

import pika
import structlog
from pika.exceptions import AMQPError, ChannelClosedByBroker

from common.events.amqp.connect import BROKER_ERRORS, BackOff, connect
from common.events.amqp.topology import EXCHANGE, consumers_of, declare_consumer, declare_exchange
from common.events.envelope import CONTENT_TYPE
from common.events.letters import Flight, Letter

log = structlog.get_logger()
PERSISTENT = pika.DeliveryMode.Persistent.value


class AmqpPublisher:
    """Publishes a service's events to `sizao.events`.

    On each connect it declares the queues of those who consume them, so that an event is kept for a consumer that was
    never started.
    """

    def __init__(self, urls: str, name: str, types: Iterable[str], tiers: Mapping[str, timedelta]) -> None:
        self._urls, self._name, self._tiers = urls, name, tiers
        self._consumers = sorted(consumers_of(types))
        self._thread = threading.Thread(target=self._run, name="amqp-publisher", daemon=True)
        self._ready = threading.Event()
        self._stop = threading.Event()
        self._back_off = BackOff()
        self._connection: Any = None
        self._channel: Any = None
        self._waiting: dict[int, tuple[Flight, str]] = {}
        self._flights: list[Flight] = []
        self._guard = threading.Lock()
        self._tag = self._lowest = 0

    def start(self) -> None:
        """Begins to connect."""
        self._thread.start()

    def ready(self, timeout: float) -> bool:
        """Whether letters can be sent now; waits up to `timeout` seconds for it."""
        return self._ready.wait(timeout)

    def send(self, letters: Sequence[Letter]) -> Flight:
        """Gives letters to the broker, in order, and returns at once."""
        flight = Flight(letters)
        with self._guard:
            self._flights = [one for one in self._flights if not one.over.is_set()]
            self._flights.append(flight)
        self._in_loop(lambda: self._publish(flight), otherwise=flight.over.set)
        return flight

    def drop(self) -> None:
        """Gives up the connection, on which nothing moves, and begins again."""
        self._ready.clear()
        self._in_loop(self._cut, otherwise=lambda: None)

    def stop(self) -> None:
        """Closes the connection and returns when the thread has ended, within 10 s."""
        self._stop.set()
        self._in_loop(self._close, otherwise=lambda: None)
        self._thread.join(10)

    def _in_loop(self, call: Any, *, otherwise: Any) -> None:
        connection = self._connection
        try:
            if connection is None:
                otherwise()
            else:
                connection.ioloop.add_callback_threadsafe(call)
        except Exception:  # noqa: BLE001 - a loop that has just been closed says so in different ways
            otherwise()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._session()
            except BROKER_ERRORS as problem:
                log.warning("broker.away", what="publisher", problem=f"{type(problem).__name__}: {problem}"[:200])
            except Exception:
                log.exception("publisher.failed")
            self._ready.clear()
            self._connection = self._channel = None
            self._lose(None)
            if not self._stop.is_set():
                self._stop.wait(self._back_off.next())

    def _session(self) -> None:
        """One connection from its beginning to its end."""
        first, parameters = connect(self._urls, f"{self._name} topology")
        try:
            channel = first.channel()
            declare_exchange(channel)
            for service in self._consumers:
                declare_consumer(channel, service, self._tiers)
        finally:
            if first.is_open:
                first.close()
        parameters.client_properties = {"connection_name": self._name}
        self._waiting, self._tag, self._lowest = {}, 0, 1
        self._connection = pika.SelectConnection(
            parameters,
            on_open_callback=self._on_open,
            on_open_error_callback=self._on_closed,
            on_close_callback=self._on_closed,
        )
        try:
            self._connection.ioloop.start()
        finally:
            self._connection.ioloop.close()

    def _on_open(self, connection: Any) -> None:
        connection.channel(on_open_callback=self._on_channel)

    def _on_channel(self, channel: Any) -> None:
        channel.add_on_close_callback(self._on_channel_closed)
        channel.confirm_delivery(self._on_confirm, callback=lambda _frame: self._on_ready(channel))

    def _on_ready(self, channel: Any) -> None:
        self._channel = channel
        self._back_off.reset()
        self._ready.set()

    def _on_channel_closed(self, _channel: Any, reason: Exception) -> None:
        self._ready.clear()
        if isinstance(reason, ChannelClosedByBroker):
            log.warning("publisher.channel_closed", code=reason.reply_code, words=reason.reply_text[:200])
            self._lose(f"the broker closed the channel: {reason.reply_code} {reason.reply_text}"[:500])
        self._close()

    def _on_closed(self, connection: Any, reason: Exception) -> None:
        self._ready.clear()
        if not self._stop.is_set():
            log.warning("publisher.disconnected", problem=f"{type(reason).__name__}: {reason}"[:200])
        self._lose(None)
        connection.ioloop.stop()

    def _close(self) -> None:
        if self._connection is not None and self._connection.is_open:
            self._connection.close()

    def _cut(self) -> None:
        """Ends the session: in good order if the broker answers within a second, else by closing the socket."""
        connection = self._connection
        self._lose(None)
        if connection is not None:
            self._close()
            connection.ioloop.call_later(1.0, connection._adapter_disconnect_stream)  # no public name for it

    def _publish(self, flight: Flight) -> None:
        channel = self._channel
        if channel is None or not channel.is_open:
            flight.over.set()
            return
        for letter in flight.letters:
            properties = pika.BasicProperties(
                content_type=CONTENT_TYPE,
                delivery_mode=PERSISTENT,
                message_id=letter.id,
                headers={"id": letter.id, "type": letter.type, "site": letter.site},
            )
            try:
                channel.basic_publish(EXCHANGE, letter.key, letter.body.encode(), properties)
            except (AMQPError, ValueError, TypeError) as problem:
                if not channel.is_open:
                    return
                flight.settle(letter.id, f"{type(problem).__name__}: it can't be sent")
                continue
            self._tag += 1
            self._waiting[self._tag] = (flight, letter.id)

    def _on_confirm(self, frame: Any) -> None:
        method = frame.method
        problem = None if isinstance(method, pika.spec.Basic.Ack) else "the broker refused it"
        first = self._lowest if method.multiple else method.delivery_tag
        for tag in range(first, method.delivery_tag + 1):
            found = self._waiting.pop(tag, None)
            if found is not None:
                found[0].settle(found[1], problem)
        if method.multiple or first == self._lowest:
            self._lowest = method.delivery_tag + 1

    def _lose(self, closed: str | None) -> None:
        """The connection is gone: nobody will say what became of the letters under way."""
        self._waiting = {}
        with self._guard:
            flights, self._flights = self._flights, []
        for flight in flights:
            if not flight.over.is_set():
                flight.closed = closed
                flight.over.set()
