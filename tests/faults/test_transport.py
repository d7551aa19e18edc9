"""Processes, broker and database killed and stopped in the middle: each event still has its effect once."""

from __future__ import annotations

import signal
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import select, text

from common.caller import system
from common.events.amqp.watch import queue_states
from common.op import Op
from common.roles import Role
from common.testing import two
from common.testing.plugin import Broker, Proof
from common.testing.process_system import ProcessSystem
from common.testing.processes import until
from common.testing.servers.control import PostgresServer

NOTES = "/screening/api/v1/notes"


@contextmanager
def running(folder: Path, pg: PostgresServer, broker: Broker) -> Iterator[ProcessSystem]:
    made = ProcessSystem(
        folder, two.SERVICES, admin_dsn=pg.admin_dsn, amqp=broker.amqp_url, module=two.MODULE, prepare=two.prepare,
        retry_tiers="500ms,1s,2s",
    )  # fmt: skip
    try:
        made.open_site("main")
        yield made
    finally:
        made.close()


@pytest.fixture(scope="module")
def shared(
    tmp_path_factory: pytest.TempPathFactory, pg_server: PostgresServer, make_vhost: Callable[[str], Broker]
) -> Iterator[ProcessSystem]:
    with running(tmp_path_factory.mktemp("shared"), pg_server, make_vhost("faults")) as made:
        yield made


def notes(over: ProcessSystem, service: str) -> Counter[str]:
    def read(op: Op) -> list[str]:
        return list(op.db.scalars(select(two.TwoNote.origin).where(two.TwoNote.words != "reminder")))

    return Counter(over.hosts[service].run_system(read, system("test")))


class Load:
    """Guards who write notes without pause; counts those that were answered with 201."""

    def __init__(self, over: ProcessSystem, writers: int = 3) -> None:
        self._over = over
        self._stop = threading.Event()
        self.stored: list[str] = []
        self.refused = 0
        self._threads = [threading.Thread(target=self._write, args=(number,)) for number in range(writers)]

    def _write(self, number: int) -> None:
        guard = self._over.api("main", Role.MONITOR)
        turn = 0
        while not self._stop.is_set():
            turn += 1
            body = {"site": "main", "words": f"{number} {turn}", "urgent": turn % 5 == 0}
            answer = guard.post(NOTES, body)
            if answer.status_code == 201:
                self.stored.append(answer.get_json()["id"])
            else:
                self.refused += 1
                self._stop.wait(0.2)

    def __enter__(self) -> Load:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: Any) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(60)

    def more(self, count: int) -> None:
        """Returns when so many more notes were stored."""
        goal = len(self.stored) + count
        until(lambda: len(self.stored) >= goal, f"{count} more notes", 90)


def reconcile(over: ProcessSystem, load: Load) -> None:
    """Every note that was answered 201 is stored once and copied once; nothing is copied that was not stored."""
    over.settle(120)
    stored, copied = notes(over, "screening"), notes(over, "notify")
    assert set(load.stored) <= set(stored)
    assert set(copied.values()) == {1}
    assert copied == stored
    assert over.parking.list("notify") == []
    assert over.parking.list("screening") == []


@contextmanager
def locked(over: ProcessSystem, service: str, table: str) -> Iterator[None]:
    """Holds up whoever writes to the table."""
    with over.hosts[service].system_engine.connect() as connection:
        connection.execute(text(f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE"))
        yield
        connection.rollback()


def test_a_relay_killed_between_publishing_and_moving_sends_again_and_the_inbox_knows_it(shared: ProcessSystem) -> None:
    guard = shared.api("main", Role.MONITOR)
    with locked(shared, "screening", "event_log"):
        written = guard.post(NOTES, {"site": "main", "words": "twice"}).get_json()["id"]
        until(lambda: notes(shared, "notify")[written], "the copy")
        shared.kill("screening", "relay")
    shared.start("screening", "relay")
    shared.settle()
    assert notes(shared, "notify")[written] == 1
    assert len([event for event in shared.events("screening") if event.subject == written]) == 1


def test_a_worker_killed_in_the_middle_of_an_event_leaves_it_to_the_next(shared: ProcessSystem) -> None:
    guard = shared.api("main", Role.MONITOR)
    with locked(shared, "notify", "two_note"):
        written = [
            guard.post(NOTES, {"site": "main", "words": f"note {urgent}", "urgent": urgent}).get_json()["id"]
            for urgent in (True, False)
        ]
        until(lambda: _waits_for_a_lock(shared, "notify"), "a handler to be in the middle")
        shared.kill("notify", "worker")
    shared.start("notify", "worker")
    shared.settle()
    copied = notes(shared, "notify")
    assert [copied[one] for one in written] == [1, 1]


def _waits_for_a_lock(over: ProcessSystem, service: str) -> int:
    with over.hosts[service].system_engine.connect() as connection:
        return int(connection.execute(text("SELECT count(*) FROM pg_locks WHERE NOT granted")).scalar_one())


def test_processes_killed_at_random_moments_under_load_lose_and_double_nothing(
    shared: ProcessSystem, proof: Proof
) -> None:
    chance = Random(20210301)
    with Load(shared) as load:
        for _ in range(proof.times(2, 20)):
            for service, kind in (("screening", "web"), ("screening", "relay"), ("notify", "worker")):
                load.more(chance.randint(1, 60))
                shared.restart(service, kind, signal.SIGKILL)
        load.more(20)
    reconcile(shared, load)


def test_processes_that_are_asked_to_stop_under_load_end_in_good_order(shared: ProcessSystem) -> None:
    with Load(shared) as load:
        for service, kind in (("screening", "relay"), ("notify", "worker"), ("screening", "web")):
            load.more(30)
            shared.processes.all[(service, kind)].signal(signal.SIGTERM)
            assert shared.processes.all[(service, kind)].wait() == 0
            shared.start(service, kind)
    reconcile(shared, load)


def test_broker_and_database_restarted_killed_and_frozen_under_load(
    tmp_path: Path, private_pg: PostgresServer, private_rabbit: Broker
) -> None:
    with running(tmp_path, private_pg, private_rabbit) as own:
        with Load(own) as load:
            load.more(50)
            private_rabbit.server.restart()
            load.more(50)
            private_rabbit.server.kill()
            load.more(50)
            private_rabbit.server.start()
            load.more(50)
            private_pg.restart()
            load.more(50)
            private_pg.kill()
            private_pg.start()
            load.more(50)
            private_pg.pause()
            private_rabbit.server.pause()
            private_rabbit.server.resume()
            private_pg.resume()
            load.more(50)
        reconcile(own, load)


def test_while_the_broker_is_away_notes_are_kept_and_leave_in_order_when_it_is_back(
    tmp_path: Path, pg_server: PostgresServer, private_rabbit: Broker
) -> None:
    with running(tmp_path, pg_server, private_rabbit) as own:
        own.processes.all[("notify", "worker")].signal(signal.SIGTERM)
        private_rabbit.server.kill()
        guard = own.api("main", Role.MONITOR)
        written = []
        for number in range(100):
            answer = guard.post(NOTES, {"site": "main", "words": f"note {number}"})
            assert answer.status_code == 201
            written.append(answer.get_json()["id"])
        own.clock.move(hours=1)
        own.processes.all[("notify", "worker")].wait()
        private_rabbit.server.start()
        own.start("notify", "worker")
        own.settle()
        assert [event.subject for event in own.events("screening")] == written
        assert notes(own, "notify") == Counter(written)
        own.tick()
        states = queue_states(own.settings.amqp, ["sizao.notify.parked"])
        assert states["sizao.notify.parked"].ready == 0
