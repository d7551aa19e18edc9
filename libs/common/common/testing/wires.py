"""The two transports seen alike, for one behavioural suite: what `screening` writes reaches `notify`."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import select

from common.caller import Caller, system
from common.events.amqp.connect import channel
from common.events.amqp.consumer import Consumer, message
from common.events.amqp.publisher import AmqpPublisher
from common.events.amqp.topology import EXCHANGE
from common.events.catalogue.coordination import SiteChanged
from common.events.envelope import Envelope, make_envelope
from common.events.local import hand_over
from common.events.parking import Parking, open_parking
from common.events.payload import Payload, producer_of, routing_key
from common.events.receive import receive
from common.events.relay import Relay
from common.events.tables import Delivery, Outbox
from common.host import Host
from common.ids import new_id
from common.op import Op, usecase
from common.testing import two
from common.testing.installation import Installation
from common.testing.processes import until
from common.testing.system import EmbeddedSystem, MovableClock

GUARD = Caller("staff:00000000-0000-7000-8000-000000000001", "测试员")
TIERS = "300ms,400ms,500ms"


class Wire(Protocol):
    """A transport between the two services."""

    hosts: dict[str, Host]

    @property
    def parking(self) -> Parking:
        """Its parked events."""
        ...

    def arrive(self, body: str, *, event_id: str, event_type: str) -> None:
        """Lets any message arrive at notify, as if somebody had published it."""
        ...

    def handed_over(self) -> bool:
        """Whether screening's outbox is empty: all is with the transport."""
        ...

    def hold(self) -> None:
        """Stops notify from consuming."""
        ...

    def release(self) -> None:
        """Lets notify consume again."""
        ...

    def pass_tier(self, number: int) -> None:
        """Lets the time of a retry tier pass, the first is 0."""
        ...

    def until(self, condition: Callable[[], Any], what: str) -> Any:
        """Delivers until the condition holds, and returns its value. Fails naming `what` when it never does."""
        ...


def envelope_of(payload: Payload, *, event_id: str | None = None, sequence: int = 1, site: str = "main") -> Envelope:
    """The event that tells this."""
    return make_envelope(
        event_id=event_id or new_id(), event_type=payload.event_type, site=site,
        service=producer_of(payload.event_type), subject="x", sequence=sequence, time=MovableClock().now(),
        data=payload.model_dump(mode="json"),
    )  # fmt: skip


def open_sites(hosts: dict[str, Host]) -> None:
    """Tells both services of the sites `main` and `branch`."""
    for code in ("main", "branch"):
        told = envelope_of(SiteChanged(code=code, name=f"测试单位{code}", name_en=f"Test bureau {code}"), site=code)
        for host in hosts.values():
            receive(host, told)


def write(wire: Wire, words: str, *, site: str = "main", urgent: bool = False) -> str:
    """Writes a note at screening; its id."""
    return wire.hosts["screening"].run(two.write_note, GUARD, {site}, site=site, words=words, urgent=urgent)


def copies(wire: Wire, site: str | None = None) -> list[str]:
    """The words of what notify copied, in the order it did."""

    def read(op: Op) -> list[str]:
        query = select(two.TwoNote).order_by(two.TwoNote.turn, two.TwoNote.id)
        return [note.words for note in op.db.scalars(query) if site in {None, note.site}]

    return wire.hosts["notify"].run_system(read, system("test"))


def parked(wire: Wire) -> list[str]:
    """Ids of the events parked at notify."""
    return [event.id for event in wire.parking.list("notify")]


class EmbeddedWire:
    """Both services in this process, on SQLite."""

    def __init__(self, folder: Path) -> None:
        self._system = EmbeddedSystem(folder, two.SERVICES)
        self.hosts = self._system.hosts
        for host in self.hosts.values():
            two.prepare(host.service, host.engine)
        open_sites(self.hosts)

    @property
    def parking(self) -> Parking:
        """Its parked events."""
        return open_parking(self.hosts, self._system.settings)

    def arrive(self, body: str, *, event_id: str, event_type: str) -> None:
        """Lets any message arrive at notify."""

        def store(op: Op) -> None:
            row = {"event_id": event_id, "source": "/sites/main/screening", "site": "main", "type": event_type}
            op.db.merge(Delivery(**row, urgent=False, body=body, arrived_at=op.now, next_at=op.now))

        self.hosts["notify"].run_system(store, system("notify"))

    def handed_over(self) -> bool:
        """Hands over everything."""
        while hand_over(self.hosts["screening"], self.hosts):
            pass
        return True

    def hold(self) -> None:
        """Nothing is delivered before `until` asks for it."""

    def release(self) -> None:
        """What was written meanwhile is delivered by `until`."""

    def pass_tier(self, number: int) -> None:
        """Moves the clock."""
        self._system.clock.move(seconds=(11, 61, 601)[number])

    def until(self, condition: Callable[[], Any], what: str) -> Any:
        """Delivers everything; the condition must then hold."""
        self._system.settle()
        found = condition()
        assert found, what
        return found

    def close(self) -> None:
        """Ends it all."""
        self._system.close()


class BrokerWire:
    """A relay and a consumer, each in a thread, between PostgreSQL and RabbitMQ."""

    def __init__(self, folder: Path, admin_dsn: str, amqp: str, **settings: Any) -> None:
        self.clock = MovableClock()
        self.installation = Installation(
            folder, two.SERVICES, admin_dsn=admin_dsn, amqp=amqp, clock=self.clock, prepare=two.prepare,
            **{"retry_tiers": TIERS, **settings},
        )  # fmt: skip
        self.settings, self.hosts, self.amqp = self.installation.settings, self.installation.hosts, amqp
        open_sites(self.hosts)
        self._holding: threading.Event | None = None
        self._consumer_thread: threading.Thread | None = None
        self._relay = self.relay()
        self._relay.__enter__()
        self.release()

    @property
    def parking(self) -> Parking:
        """Its parked events."""
        return open_parking(self.hosts, self.settings)

    @contextmanager
    def relay(self) -> Iterator[Relay]:
        """A relay of screening, running."""
        host, stop = self.hosts["screening"], threading.Event()
        types = [payload.event_type for payload in host.service.publishes]
        publisher = AmqpPublisher(self.amqp, "test relay", types, self.settings.tiers)
        running = Relay(host, publisher)
        thread = threading.Thread(target=running.run, args=(stop,))
        publisher.start()
        thread.start()
        try:
            yield running
        finally:
            stop.set()
            thread.join(30)
            publisher.stop()

    def stop_relay(self) -> None:
        """Stops screening's relay."""
        self._relay.__exit__(None, None, None)

    def start_relay(self) -> None:
        """Starts it again."""
        self._relay = self.relay()
        self._relay.__enter__()

    def arrive(self, body: str, *, event_id: str, event_type: str) -> None:
        """Publishes any message."""
        with channel(self.amqp, "test") as open_channel:
            open_channel.confirm_delivery()
            headers = {"id": event_id, "type": event_type, "site": "main"}
            key = routing_key("main", event_type)
            open_channel.basic_publish(EXCHANGE, key, body.encode(), message(headers), mandatory=True)

    def handed_over(self) -> bool:
        """Whether the relay has moved all."""
        return not self.hosts["screening"].run_system(_outbox, system("test"))

    def hold(self) -> None:
        """Stops consuming, in good order."""
        assert self._holding is not None
        assert self._consumer_thread is not None
        self._holding.set()
        self._consumer_thread.join(40)
        self._holding = None

    def release(self) -> None:
        """Consumes again."""
        self._holding = threading.Event()
        consumer = Consumer(
            self.hosts["notify"], self.amqp, threads=self.settings.worker_threads, tiers=self.settings.tiers
        )
        self._consumer_thread = threading.Thread(target=consumer.run, args=(self._holding,))
        self._consumer_thread.start()
        assert consumer.subscribed.wait(30)

    def pass_tier(self, number: int) -> None:
        """Its time passes by itself."""

    def until(self, condition: Callable[[], Any], what: str) -> Any:
        """Waits, a minute at most."""
        return until(condition, what, 60)

    def close(self) -> None:
        """Ends it all."""
        if self._holding is not None:
            self.hold()
        self.stop_relay()
        self.installation.close()


@usecase(read=True)
def _outbox(op: Op) -> list[str]:
    return list(op.db.scalars(select(Outbox.id).where(Outbox.parked_at.is_(None))))


def changed(envelope: Envelope, **fields: Any) -> str:
    """The event as JSON, with some of its fields replaced."""
    return json.dumps(json.loads(envelope.to_json()) | fields)
