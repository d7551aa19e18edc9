"""The system that tests drive over real processes, with the same interface as the embedded one."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from joserfc.jwk import OKPKey
from sqlalchemy import Engine

from common.caller import system
from common.events.amqp.send import send
from common.events.catalogue.coordination import KeyPublished
from common.events.envelope import Envelope, make_envelope
from common.events.parking import Parking, open_parking
from common.events.payload import Payload, producer_of
from common.host import Host
from common.ids import new_id
from common.runtime.duties import due_duties
from common.service import Service
from common.testing.installation import Installation
from common.testing.origin import Origin
from common.testing.processes import KINDS, FileClock, Processes, until
from common.testing.system import START, EmbeddedSystem


class ProcessSystem(EmbeddedSystem):
    """Each service's web, relay and worker as processes, over PostgreSQL and RabbitMQ, started and ready.

    The time runs, from `at` on; `clock.move()` moves it in all of them. `wsgi` is their one origin. `module` names the
    module that holds services of tests in SERVICES (`common.testing.two`); other `settings` go to all processes.
    """

    def __init__(
        self,
        folder: Path,
        services: Iterable[Service],
        *,
        admin_dsn: str,
        amqp: str,
        at: datetime = START,
        kinds: Iterable[str] = KINDS,
        module: str | None = None,
        prepare: Callable[[Service, Engine], None] = lambda _service, _engine: None,
        **settings: Any,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / "clock-offset"
        self.clock: FileClock = FileClock(file, at)  # type: ignore[assignment] # the same use, but time runs
        self.installation = Installation(
            folder,
            services,
            admin_dsn=admin_dsn,
            amqp=amqp,
            clock=self.clock,
            prepare=prepare,
            **{"clock_offset_file": file, "web_workers": 1, "worker_threads": 2, **settings},
        )
        self.settings = self.installation.settings
        self.hosts: dict[str, Host] = self.installation.hosts
        self.processes = Processes(folder, self.installation.env(), module=module)
        for name in self.hosts:
            for kind in kinds:
                self.processes.add(name, kind)
        self.origin = Origin(self.processes.web_ports)
        self.wsgi = self.origin
        self._key = OKPKey.generate_key("Ed25519", private=True)
        try:
            self.processes.start()
            self.tell(
                KeyPublished(
                    kid="test-key", jwk=dict(self._key.as_dict(private=False)), not_after=at + timedelta(days=3650)
                ),
                site="main",
                subject="test-key",
            )
        except BaseException:
            self.close()
            raise

    @property
    def parking(self) -> Parking:
        """Parked events of this system."""
        return open_parking(self.hosts, self.settings)

    def tell(
        self, payload: Payload, *, site: str, subject: str, sequence: int = 1, event_id: str | None = None
    ) -> Envelope:
        """Publishes an event as its producer would; returns when each service here that reacts to it has done so."""
        envelope = make_envelope(
            event_id=event_id or new_id(),
            event_type=payload.event_type,
            site=site,
            service=producer_of(payload.event_type),
            subject=subject,
            sequence=sequence,
            time=self.clock.now(),
            data=payload.model_dump(mode="json"),
        )
        send(self.settings.amqp, [envelope])
        for name, host in self.hosts.items():
            if name in payload.consumers and host.service.reactions_to(envelope.type):
                until(lambda name=name: self.installation.handled(name, envelope.id), f"{envelope.type} at {name}")  # type: ignore[misc]
        return envelope

    def settle(self, seconds: float = 60.0) -> None:
        """Returns when every event has had its effect. Raises TimeoutError naming those that had not."""
        try:
            until(lambda: not self.installation.under_way(), "events to come to rest", seconds)
        except TimeoutError as late:
            raise TimeoutError(f"{late}: {self.installation.under_way()[:5]}") from None

    def tick(self, **by: float) -> None:
        """Moves the clock, and returns when due duties are done and what they caused has come to rest."""
        if by:
            self.clock.move(**by)
        for name, host in self.hosts.items():
            until(lambda host=host, name=name: not host.run_system(due_duties, system(name)), f"duties of {name}")  # type: ignore[misc]
        self.settle()

    def kill(self, service: str, kind: str, number: int = signal.SIGKILL) -> None:
        """Sends a signal to a process and returns when it has ended; SIGKILL also ends what it started."""
        self.processes.kill(service, kind, number)

    def start(self, service: str, kind: str) -> None:
        """Starts a process that has ended and returns when it is ready."""
        self.processes.start([(service, kind)])

    def restart(self, service: str, kind: str, number: int = signal.SIGTERM) -> None:
        """Ends a process and starts it again."""
        self.kill(service, kind, number)
        self.start(service, kind)

    def close(self) -> None:
        """Ends all processes and drops the databases; the logs stay in the folder."""
        try:
            self.processes.stop()
        finally:
            self.origin.close()
            self.installation.close()
