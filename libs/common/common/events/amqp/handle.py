"""Lets what arrived have its effect, in the threads of the pool: one by one, or many in one transaction."""

from __future__ import annotations

import threading

import structlog
from pydantic import ValidationError

from common.errors import Unavailable
from common.events.amqp.desk import Arrival, Desk, Failure
from common.events.envelope import Envelope
from common.events.receive import Poison, problem_words, receive, receive_batch
from common.host import Host
from common.observe.metrics import EVENT_LAG

log = structlog.get_logger()
DATABASE_WAIT_SECONDS = 1.0
AT_ONCE = 2
"""How often an event is tried when the database went away under it but answers again."""


class Handlers:
    """A pool of threads that work off a desk; one of them takes urgent events alone, so that these never wait."""

    def __init__(self, host: Host, desk: Desk, threads: int) -> None:
        self._host, self._desk = host, desk
        self._halt = threading.Event()
        self._threads = [
            threading.Thread(target=self._work, args=(number == 0,), name=f"handler-{number}", daemon=True)
            for number in range(threads + 1)
        ]

    def start(self) -> None:
        """Starts the threads."""
        for thread in self._threads:
            thread.start()

    def halt(self) -> None:
        """Makes handlers that wait for the database give up; their events stay with the broker."""
        self._halt.set()

    def _work(self, urgent_only: bool) -> None:
        while (arrivals := self._desk.take(urgent_only=urgent_only)) is not None:
            try:
                self._handle(arrivals)
            except Exception:
                log.exception("handler.failed")
            finally:
                self._desk.done()

    def _handle(self, arrivals: list[Arrival]) -> None:
        if len(arrivals) > 1 and self._together(arrivals):
            arrivals[0].ledger.handled(arrivals)
            return
        for arrival in arrivals:
            self._singly(arrival)

    def _together(self, arrivals: list[Arrival]) -> bool:
        """Whether all had their effect in one transaction; if not, none had."""
        try:
            receive_batch(self._host, [Envelope.from_json(arrival.body) for arrival in arrivals])
        except Exception as problem:  # noqa: BLE001 - whichever it was shows when each is tried alone
            log.info("batch.one_by_one", count=len(arrivals), problem=type(problem).__name__)
            return False
        return True

    def _singly(self, arrival: Arrival) -> None:
        tries = 0
        while not self._halt.is_set():
            tries += 1
            try:
                envelope = Envelope.from_json(arrival.body)
                age = (self._host.clock.now() - envelope.time).total_seconds()
                EVENT_LAG.labels(self._host.service.name, arrival.queue).set(max(age, 0.0))
                receive(self._host, envelope)
            except ValidationError as wrong:
                arrival.ledger.failed(Failure(arrival, f"it is no event: {wrong.error_count()} faults", poison=True))
            except Unavailable as away:
                if self._waits(away) or tries < AT_ONCE:
                    continue
                arrival.ledger.failed(Failure(arrival, problem_words(away), poison=False))
            except Exception as problem:
                log.exception("event.failed", event_id=arrival.event_id, event_type=arrival.event_type)
                poison = isinstance(problem, Poison)
                arrival.ledger.failed(Failure(arrival, problem_words(problem), poison=poison))
            else:
                arrival.ledger.handled([arrival])
            return

    def _waits(self, away: Unavailable) -> bool:
        """Waits while the database is away: that is no fault of the event's and costs it no attempt."""
        if away.code != "database.full" and (not away.code.startswith("database.") or self._host.answers()):
            return False
        self._halt.wait(DATABASE_WAIT_SECONDS)
        return True
