"""The loops of an embedded installation: deliver events and do duties, in threads of the one process."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping

import structlog

from common.errors import Unavailable
from common.events.local import deliver, hand_over
from common.host import Host
from common.runtime.duties import run_due_duties

log = structlog.get_logger()

IDLE_SECONDS = 0.5
DUTY_SECONDS = 1.0
BACK_OFF_SECONDS = 2.0


class EmbeddedEngine:
    """Delivers events between the services of this process and does their duties until it is stopped."""

    def __init__(self, hosts: Mapping[str, Host]) -> None:
        self.hosts = hosts
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []
        for host in hosts.values():
            host.wake = self._wake.set

    def start(self) -> None:
        """Starts the two loops."""
        for name, step in (("events", self._event_loop), ("duties", self._duty_loop)):
            thread = threading.Thread(target=step, name=f"sizao-{name}", daemon=True)
            thread.start()
            self._threads.append(thread)

    def stop(self, timeout: float = 10.0) -> None:
        """Lets both loops finish what they are at, within `timeout` seconds."""
        self._stop.set()
        self._wake.set()
        for thread in self._threads:
            thread.join(timeout)

    def settle(self, rounds: int = 200) -> None:
        """Delivers everything that is under way, in the calling thread: for seeding and for tests."""
        for _ in range(rounds):
            if not self.pass_once():
                return
        raise RuntimeError("events keep causing events: they never came to rest")

    def pass_once(self) -> int:
        """One pass over every outbox and every waiting delivery; returns how much was moved."""
        moved = sum(hand_over(host, self.hosts) for host in self.hosts.values())
        return moved + sum(deliver(host) for host in self.hosts.values())

    def do_duties(self) -> int:
        """One pass over the duties that are due."""
        return sum(run_due_duties(host) for host in self.hosts.values())

    def _event_loop(self) -> None:
        while not self._stop.is_set():
            self._wake.clear()
            try:
                moved = self.pass_once()
            except Unavailable:
                self._stop.wait(BACK_OFF_SECONDS)
                continue
            except Exception:
                log.exception("engine.events_failed")
                self._stop.wait(BACK_OFF_SECONDS)
                continue
            if not moved:
                self._wake.wait(IDLE_SECONDS)

    def _duty_loop(self) -> None:
        while not self._stop.is_set():
            started = time.monotonic()
            try:
                self.do_duties()
            except Exception:
                log.exception("engine.duties_failed")
            self._stop.wait(max(0.05, DUTY_SECONDS - (time.monotonic() - started)))
