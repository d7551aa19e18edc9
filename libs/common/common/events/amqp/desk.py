"""Between the connection's thread and the handlers: what has arrived and waits, and what may be settled."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass, field
from typing import Any

import structlog

from common.events.catalogue import EVENTS

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message as the broker delivered it, on the connection whose ledger it is in."""

    tag: int
    body: bytes
    headers: dict[str, Any]
    queue: str
    urgent: bool
    ledger: Ledger

    @property
    def event_id(self) -> str:
        """Its id as the header says it."""
        return str(self.headers.get("id", ""))

    @property
    def event_type(self) -> str:
        """Its type as the header says it, if the catalogue has it: a label of metrics must be one of few."""
        named = str(self.headers.get("type", ""))
        return named if named in EVENTS else "unknown"


@dataclass(frozen=True, slots=True)
class Failure:
    """A message that could not be handled; `poison`: no further attempt can help."""

    arrival: Arrival
    problem: str
    poison: bool


class Desk:
    """Arrivals that wait for a handler. Urgent ones are taken first and singly, others in batches when many wait."""

    def __init__(self, *, batch: int, deep: int) -> None:
        self._batch, self._deep = batch, deep
        self._urgent: deque[Arrival] = deque()
        self._normal: deque[Arrival] = deque()
        self._changed = threading.Condition()
        self._closed = False
        self._busy = 0

    def put(self, arrival: Arrival) -> None:
        """Adds what arrived."""
        with self._changed:
            (self._urgent if arrival.urgent else self._normal).append(arrival)
            self._changed.notify_all()

    def take(self, *, urgent_only: bool = False) -> list[Arrival] | None:
        """Waits for work and takes it: one arrival, or a batch; None when the desk has been closed."""
        with self._changed:
            while not self._closed:
                if self._urgent:
                    self._busy += 1
                    return [self._urgent.popleft()]
                if self._normal and not urgent_only:
                    self._busy += 1
                    count = min(self._batch, len(self._normal)) if len(self._normal) >= self._deep else 1
                    return [self._normal.popleft() for _ in range(count)]
                self._changed.wait()
            return None

    def done(self) -> None:
        """Says that what was taken has been dealt with."""
        with self._changed:
            self._busy -= 1
            self._changed.notify_all()

    def clear(self) -> None:
        """Forgets what nobody has begun: the broker delivers it again."""
        with self._changed:
            self._urgent.clear()
            self._normal.clear()

    def close(self) -> None:
        """Sends the handlers home once they have finished what they are at."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def idle(self) -> bool:
        """Whether no handler is at work."""
        with self._changed:
            return self._busy == 0


@dataclass
class Ledger:
    """The delivery tags of one connection: which are open, and which have been dealt with but not yet acknowledged.

    Handlers write into it from their threads; only the connection's thread takes out.
    """

    wake: Any
    """Called when there is something to settle: wakes the connection's thread."""
    _open: dict[int, None] = field(default_factory=dict)
    _done: set[int] = field(default_factory=set)
    _failed: list[Failure] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _dead: bool = False

    def opened(self, tag: int) -> None:
        """Notes a delivery."""
        with self._lock:
            self._open[tag] = None

    def handled(self, arrivals: list[Arrival]) -> None:
        """These may be acknowledged."""
        with self._lock:
            if not self._dead:
                self._done.update(arrival.tag for arrival in arrivals)
                self.wake()
                return
        log.warning("consumer.stale_tag", count=len(arrivals))

    def failed(self, failure: Failure) -> None:
        """This one goes to a retry tier or is parked before it is acknowledged."""
        with self._lock:
            if not self._dead:
                self._failed.append(failure)
                self.wake()
                return
        log.warning("consumer.stale_tag", count=1)

    def take_failures(self) -> list[Failure]:
        """What has failed since the last call."""
        with self._lock:
            taken, self._failed = self._failed, []
        return taken

    def closed(self, tag: int) -> None:
        """The tag was settled by itself (rejected)."""
        with self._lock:
            self._open.pop(tag, None)
            self._done.discard(tag)

    def take_acks(self) -> tuple[int | None, list[int]]:
        """What to acknowledge: the tag up to which all are done, and those done beyond it, one by one."""
        with self._lock:
            upto = None
            while self._open and (first := next(iter(self._open))) in self._done:
                del self._open[first]
                self._done.discard(first)
                upto = first
            singles = sorted(self._done)
            for tag in singles:
                self._open.pop(tag, None)
            self._done.clear()
        return upto, singles

    def kill(self) -> None:
        """The connection is gone: its tags mean nothing any more."""
        with self._lock:
            self._dead = True
            if self._done or self._failed:
                log.warning("consumer.stale_tag", count=len(self._done) + len(self._failed))
