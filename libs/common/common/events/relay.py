"""The relay: hands a service's outbox to the broker and moves what was confirmed to the event log.

Rows are read by their presence (by "id greater than the last seen" those that commit late would be lost), urgent
ones first. Some batches are under way at a time: one is moved while the next are confirmed, and no transaction is open
meanwhile. A crash sends a batch again; the consumers' inboxes know it. One relay of a service is active: it holds an
advisory lock in the very session that moves the rows, so that one that lost its lock moves none, and positions in the
log rise in order.
"""

from __future__ import annotations

import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from datetime import datetime

import structlog
from sqlalchemy import Connection, Select, any_, func, literal, not_, or_, select, text, update
from sqlalchemy import delete as delete_from
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import String

from common.data.engine import direct_engine
from common.data.types import Instant
from common.events.letters import Flight, Letter, Publisher
from common.events.tables import EVENT_LOG, OUTBOX, Outbox
from common.host import Host
from common.observe.metrics import EVENTS_PARKED, EVENTS_PUBLISHED, OUTBOX_AGE, OUTBOX_DEPTH, OUTBOX_PARKED
from common.op import Op, usecase

log = structlog.get_logger()

RELAY_LOCK = 0x53495A4F52
BATCH = 500
READ_AHEAD = 4 * BATCH
UNDER_WAY = 3
IDLE_SECONDS = 0.1
BUSY_SECONDS = 0.02
"""Where events were found within the last second, the next ones are looked for this soon."""
STANDBY_SECONDS = 1.0
CONFIRM_SECONDS = 10.0
ATTEMPTS = 20
"""A row that the broker refuses this often is parked: with the usual tiers after some three hours."""


class Relay:
    """One service's relay. `beat` is called in each turn of the loop: its age tells whether the loop lives."""

    def __init__(self, host: Host, publisher: Publisher, *, beat: Callable[[], None] = lambda: None) -> None:
        url = host.settings.system_database_url(host.service.name) or host.settings.database_url(host.service.name)
        self._host, self._publisher, self._beat = host, publisher, beat
        self._name = host.service.name
        self._engine = direct_engine(url).execution_options(isolation_level="AUTOCOMMIT")
        self._singly: set[str] = set()
        self._found = 0.0
        self._ahead: deque[Letter] = deque()
        self.active = threading.Event()
        """Set while this relay holds the lock."""

    def run(self, stop: threading.Event) -> None:
        """Relays until `stop` is set; a database or broker that is away is waited for."""
        wait = 0.2
        while not stop.is_set():
            self._beat()
            try:
                with self._engine.connect() as connection:
                    prefer_the_index(connection)
                    wait = 0.2
                    self._hold_lock(connection, stop)
            except DBAPIError as problem:
                log.warning("relay.database_away", service=self._name, problem=type(problem.orig).__name__)
                stop.wait(wait)
                wait = min(wait * 2, 5.0)
            finally:
                self.active.clear()
        self._engine.dispose()

    def _hold_lock(self, connection: Connection, stop: threading.Event) -> None:
        while not stop.is_set():
            self._beat()
            if connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": RELAY_LOCK}):
                log.info("relay.active", service=self._name)
                self.active.set()
                self._serve(connection, stop)
            else:
                stop.wait(STANDBY_SECONDS)

    def _serve(self, connection: Connection, stop: threading.Event) -> None:
        flights: deque[Flight] = deque()
        self._ahead.clear()
        while not stop.is_set():
            self._beat()
            if not self._publisher.ready(0.2):
                while flights:
                    self._settle(connection, flights.popleft())
                continue
            letters = self._next_letters(connection, flights) if len(flights) < UNDER_WAY else []
            if letters:
                self._found = time.monotonic()
                flights.append(self._publisher.send(letters))
                if len(flights) < UNDER_WAY:
                    continue
            if flights:
                self._wait(flights[0], stop)
                self._settle(connection, flights.popleft())
            elif not letters:
                stop.wait(BUSY_SECONDS if time.monotonic() - self._found < 1.0 else IDLE_SECONDS)
        for flight in flights:
            self._wait(flight, threading.Event())
            self._settle(connection, flight)

    def _next_letters(self, connection: Connection, flights: Sequence[Flight]) -> list[Letter]:
        """The next rows, urgent ones first, without those that no broker would take, which are parked.

        Ordinary rows are read ahead: nobody but this relay takes any away.
        """
        if self._singly and flights:
            return []
        now = self._host.clock.now()
        away = [letter.id for flight in flights for letter in flight.letters]
        limit = 1 if self._singly else BATCH
        found = read_outbox(connection, now, away, urgent=True, limit=limit)
        if len(found) < limit:
            if not self._ahead:
                self._ahead.extend(read_outbox(connection, now, away, urgent=False, limit=READ_AHEAD))
            found += [self._ahead.popleft() for _ in range(min(limit - len(found), len(self._ahead)))]
        good = []
        for letter in found:
            if (fault := letter.fault()) is None:
                good.append(letter)
            else:
                self._set_aside(connection, letter, fault, for_good=True)
        return good

    def _wait(self, flight: Flight, stop: threading.Event) -> None:
        """Until all of it is settled; a connection on which nothing is confirmed for ten seconds is dropped."""
        seen, since = 0, time.monotonic()
        while not flight.over.wait(0.5):
            self._beat()
            if flight.settled() > seen:
                seen, since = flight.settled(), time.monotonic()
            elif time.monotonic() - since > (2.0 if stop.is_set() else CONFIRM_SECONDS):
                log.warning("relay.no_confirm", service=self._name, waiting=len(flight.letters) - seen)
                self._publisher.drop()
                flight.over.wait(1.0)
                return

    def _settle(self, connection: Connection, flight: Flight) -> None:
        """Moves what was confirmed in one short transaction; sets aside what was refused."""
        confirmed, refused = list(flight.confirmed), dict(flight.refused)
        if flight.settled() < len(flight.letters):
            self._ahead.clear()  # what was read ahead goes after what has to be sent again
        by_id = {letter.id: letter for letter in flight.letters}
        if confirmed:
            move_to_log(connection, confirmed, self._host)
            for event_type, count in Counter(by_id[one].type for one in confirmed).items():
                EVENTS_PUBLISHED.labels(self._name, event_type).inc(count)
        for letter_id, problem in refused.items():
            self._set_aside(connection, by_id[letter_id], problem)
        self._singly -= {*confirmed, *refused}
        if flight.closed:
            self._blame(connection, [one for key, one in by_id.items() if key not in {*confirmed, *refused}], flight)

    def _blame(self, connection: Connection, suspects: Sequence[Letter], flight: Flight) -> None:
        """One of the suspects made the broker close the channel: they go one by one, until it does so alone."""
        if len(suspects) == 1:
            self._singly.discard(suspects[0].id)
            self._set_aside(connection, suspects[0], flight.closed or "", for_good=True)
        else:
            self._singly |= {one.id for one in suspects}

    def _set_aside(self, connection: Connection, letter: Letter, problem: str, *, for_good: bool = False) -> None:
        """Lets a failed row wait for its next attempt, or parks it."""
        now = self._host.clock.now()
        waits = list(self._host.settings.tiers.values())
        park = for_good or letter.attempts + 1 >= ATTEMPTS
        log.warning("relay.refused", event_id=letter.id, event_type=letter.type, problem=problem, parked=park)
        connection.execute(
            update(Outbox)
            .where(Outbox.id == letter.id)
            .values(
                attempts=letter.attempts + 1,
                next_at=now + waits[min(letter.attempts, len(waits) - 1)],
                parked_at=now if park else None,
                problem=problem[:2000],
            )
        )
        if park:
            EVENTS_PARKED.labels(self._name, letter.type).inc()


def prefer_the_index(connection: Connection) -> None:
    """For one connection: statistics of a table that is mostly empty are always wrong when it is full.

    PostgreSQL would then read and sort a whole backlog for each batch; the index has its first rows at once.
    """
    for setting in ("enable_seqscan", "enable_bitmapscan"):
        connection.execute(text(f"SET {setting} = off"))


def waiting(now: datetime, away: list[str], *, urgent: bool, limit: int) -> Select[tuple[str, str, str, str, int]]:
    """The statement that reads the outbox."""
    query = (
        select(OUTBOX.c.id, OUTBOX.c.site, OUTBOX.c.type, OUTBOX.c.body, OUTBOX.c.attempts)
        .where(
            OUTBOX.c.urgent.is_(urgent),
            OUTBOX.c.parked_at.is_(None),
            or_(OUTBOX.c.next_at.is_(None), OUTBOX.c.next_at <= now),
        )
        .order_by(OUTBOX.c.id)
        .limit(limit)
    )
    return query.where(not_(OUTBOX.c.id == any_(literal(away, ARRAY(String))))) if away else query


def read_outbox(connection: Connection, now: datetime, away: list[str], *, urgent: bool, limit: int) -> list[Letter]:
    """Up to `limit` waiting rows in the order they were written, without those `away` (under way already)."""
    rows = connection.execute(waiting(now, away, urgent=urgent, limit=limit))
    return [Letter(row.id, row.site, row.type, row.body, row.attempts) for row in rows]


def move_to_log(connection: Connection, ids: list[str], host: Host) -> None:
    """Moves rows from the outbox to the event log in one statement, which is one transaction."""
    gone = (
        delete_from(OUTBOX)
        .where(OUTBOX.c.id == any_(literal(ids, ARRAY(String))))
        .returning(OUTBOX.c.id, OUTBOX.c.site, OUTBOX.c.type, OUTBOX.c.body)
        .cte("gone")
    )
    moved = select(gone.c.id, gone.c.site, gone.c.type, literal(host.clock.now(), Instant()), gone.c.body)
    connection.execute(
        insert(EVENT_LOG)
        .from_select(["id", "site", "type", "published_at", "body"], moved.order_by(gone.c.id))
        .on_conflict_do_nothing()
    )


@usecase(read=True)
def gauge_outbox(op: Op) -> None:
    """Measures how much waits in the outbox, since when, and how much is parked."""
    waits = Outbox.parked_at.is_(None)
    depth, oldest, parked = op.db.execute(
        select(func.count().filter(waits), func.min(Outbox.created_at).filter(waits), func.count(Outbox.parked_at))
    ).one()
    name = op.host.service.name
    OUTBOX_DEPTH.labels(name).set(depth)
    OUTBOX_AGE.labels(name).set(max((op.now - oldest).total_seconds(), 0.0) if depth else 0.0)
    OUTBOX_PARKED.labels(name).set(parked)
