"""Registers and imports on PostgreSQL: guards at once, lists at once, the second wall, few statements at any size."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier
from typing import Any

import psycopg
import pytest
from flask import Flask
from joserfc.jwk import OKPKey
from psycopg import sql
from sqlalchemy import select
from sqlalchemy.engine import make_url
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from common.caller import system
from common.events.catalogue.coordination import KeyPublished
from common.events.catalogue.screening import RegisterSealed
from common.events.tables import Outbox
from common.host import count_statements
from common.op import Op
from common.roles import Role
from common.testing.installation import Installation
from common.testing.servers.control import PostgresServer
from common.testing.system import START, EmbeddedSystem, MovableClock
from common.web.app import create_app
from screening.service import service
from tests.integration.screening_registers.support import IMPORTS, REGISTERS, SAMPLES, Town

VISITORS = "visitors-2021-03-01.xlsx"
TABLES = (
    "monitoring_group",
    "paper_import",
    "paper_line",
    "register",
    "register_chain",
    "register_row",
    "register_seal",
    "register_signature",
)


class OnPostgres(EmbeddedSystem):
    """The service in the test's process over PostgreSQL, as the roles that production has."""

    def __init__(self, folder: Path, admin_dsn: str) -> None:
        self.clock = MovableClock(START + timedelta(hours=12))
        self.installation = Installation(folder, [service], admin_dsn=admin_dsn, amqp="", clock=self.clock)
        self.settings, self.hosts = self.installation.settings, self.installation.hosts
        app = create_app(self.hosts["screening"], TESTING=True)
        self.wsgi = DispatcherMiddleware(Flask("nothing"), {"/screening": app})
        self._key = OKPKey.generate_key("Ed25519", private=True)
        jwk = dict(self._key.as_dict(private=False))
        self.tell(
            KeyPublished(kid="test-key", jwk=jwk, not_after=START + timedelta(days=3650)), site="main", subject="key"
        )

    def close(self) -> None:
        self.installation.close()


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory, pg_server: PostgresServer) -> Iterator[Town]:
    made = OnPostgres(tmp_path_factory.mktemp("registers"), pg_server.admin_dsn)
    yield Town(made)
    made.close()


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    start = Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        start.wait()
        return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_guards_who_sign_at_once_make_one_seal(town: Town) -> None:
    for turn in range(3):
        town.system.clock.move(days=1)
        day = (START + timedelta(hours=12, days=turn + 1)).date().isoformat()
        guards = [town.guard(str(number)) for number in range(1, 5)]
        for number, guard in enumerate(guards):
            town.check(guard, number)
        path = f"{REGISTERS}/main/main/{day}"
        answers = at_once(*[lambda guard=guard, path=path: guard.post(f"{path}/signature") for guard in guards])
        assert [answer.status_code for answer in answers] == [201] * 4
        assert sorted(answer.get_json()["version"] for answer in answers) == [0, 0, 0, 1]
        assert guards[0].get(f"{path}/verification").get_json()["holds"] is True
    sealed = [event for event in outbox(town) if event == RegisterSealed.event_type]
    assert len(sealed) == 3


def test_a_list_sent_twice_at_once_is_taken_in_once(town: Town) -> None:
    content = (SAMPLES / VISITORS).read_bytes()
    senders = [town.api("main", Role.COORDINATOR, who="9") for _ in range(2)]
    answers = at_once(
        *[
            lambda sender=sender: sender.upload(IMPORTS, content, VISITORS, site="main", entrance="main")
            for sender in senders
        ]
    )
    assert [answer.status_code for answer in answers] == [200, 200], [answer.get_json() for answer in answers]
    found = [answer.get_json() for answer in answers]
    assert sum(one["accepted"] for one in found) == 298
    assert all(one["accepted"] + one["unchanged"] == 298 for one in found)
    assert sum(one["fevers"] for one in found) == 2
    register = senders[0].get(f"{REGISTERS}/main/main/2021-03-01").get_json()
    assert (register["counts"]["total"], register["counts"]["fever"]) == (298, 2)


def test_row_level_security_shows_a_role_without_sites_nothing(town: Town) -> None:
    url = make_url(town.system.settings.database_url("screening"))
    with psycopg.connect(url.set(drivername="postgresql").render_as_string(hide_password=False)) as connection:
        for table in TABLES:
            found = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))).fetchone()
            assert found == (0,), table


def test_a_register_is_read_in_as_many_statements_however_long_it_is(town: Town) -> None:
    guard = town.api("main", Role.MONITOR, Role.COORDINATOR, who="9")
    seen = count_statements(town.system.hosts["screening"].engine)

    def statements(path: str, **query: Any) -> int:
        seen.clear()
        assert guard.get(path, **query).status_code == 200
        return len(seen)

    long = statements(f"{REGISTERS}/main/main/2021-03-01", limit=500)
    short = statements(f"{REGISTERS}/main/main/2021-03-02")
    assert long <= short <= 14
    assert statements(REGISTERS, site="main") <= 14
    assert statements(f"{REGISTERS}/main/main/2021-03-02/verification") <= 16


def outbox(town: Town) -> list[str]:
    def types(op: Op) -> list[str]:
        return list(op.db.scalars(select(Outbox.type)))

    return town.system.hosts["screening"].run_system(types, system("test"))
