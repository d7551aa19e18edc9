"""Screening on PostgreSQL: several at once, the second wall between sites, few statements, searches by index."""

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
from sqlalchemy import event, insert
from sqlalchemy.engine import make_url
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from common.caller import system as caller
from common.events.catalogue.coordination import KeyPublished, SiteChanged
from common.host import count_statements
from common.ids import new_id
from common.op import Op
from common.roles import Role
from common.testing.installation import Installation
from common.testing.servers.control import PostgresServer
from common.testing.system import START, EmbeddedSystem, MovableClock
from common.web.app import create_app
from screening.models import PERSON, Base
from screening.service import service
from tests.integration.screening.conftest import Place, make_check, make_protocol, resident

BASE = "/screening/api/v1"


class OnPostgres(EmbeddedSystem):
    """The service in the test's process over PostgreSQL, as the roles that production has."""

    def __init__(self, folder: Path, admin_dsn: str) -> None:
        self.clock = MovableClock(START)
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
def place(tmp_path_factory: pytest.TempPathFactory, pg_server: PostgresServer) -> Iterator[Place]:
    system = OnPostgres(tmp_path_factory.mktemp("screening"), pg_server.admin_dsn)
    for code in ("main", "branch"):
        system.open_site(code, protocol=make_protocol())
        told = SiteChanged(code=code, name=f"测试单位{code}", name_en=f"Test bureau {code}", trial=True)
        system.tell(told, site=code, subject=code, sequence=2)
    yield Place(
        system,
        system.api("main", Role.MONITOR),
        system.api("main", Role.EMERGENCY),
        system.api("main", Role.ADMIN),
        system.api("branch", Role.MONITOR),
    )
    system.close()


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    start = Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        start.wait()
        return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_one_key_at_once_stores_one_check(place: Place) -> None:
    for turn in range(10):
        person = {"kind": "visitor", "name": "王明", "document_number": resident(100 + turn)}
        answers = at_once(*[lambda person=person, turn=turn: place.check(f"race-{turn}", person=person)] * 6)
        assert {answer.status_code for answer in answers} == {201}
        assert len({answer.get_json()["id"] for answer in answers}) == 1


def test_one_key_at_once_with_other_content_is_refused_for_all_but_one(place: Place) -> None:
    for turn in range(10):
        readings = ("36.1", "36.2", "36.3", "36.4")
        answers = at_once(
            *[lambda turn=turn, reading=reading: place.check(f"other-{turn}", reading=reading) for reading in readings]
        )
        assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]


def test_a_new_visitor_at_two_entrances_at_once_is_one_person(place: Place) -> None:
    for turn in range(10):
        person = {"kind": "visitor", "name": "李雷", "document_number": resident(200 + turn)}
        answers = at_once(*[lambda person=person: place.check(person=person)] * 4)
        assert {answer.status_code for answer in answers} == {201}
        assert len({answer.get_json()["id"] for answer in answers}) == 4
        assert len({answer.get_json()["person_ref"] for answer in answers}) == 1


def test_two_who_void_and_leave_at_once_do_it_once(place: Place) -> None:
    for _ in range(5):
        ident = place.check(reading="38.0").get_json()["id"]
        void = [lambda ident=ident: place.guard.post(f"{BASE}/checks/{ident}/void", {"reason": "录错"})] * 3
        assert sorted(answer.status_code for answer in at_once(*void)) == [200, 409, 409]
        ident = place.check().get_json()["id"]
        leave = [lambda ident=ident: place.guard.post(f"{BASE}/checks/{ident}/departure")] * 3
        assert {answer.status_code for answer in at_once(*leave)} == {200}
        assert place.guard.get(f"{BASE}/checks/{ident}").get_json()["sequence"] == 2


def test_a_check_takes_few_statements(place: Place) -> None:
    seen = count_statements(place.system.hosts["screening"].engine)
    for key in ("few-1", "few-2"):
        person = {"kind": "visitor", "name": "韩梅梅", "document_number": resident(300)}
        seen.clear()
        assert place.check(key, person=person, reading="38.0").status_code == 201
        asked = [one for one in seen if "set_config" not in one and "key_copy" not in one and "revocation" not in one]
        assert len(asked) <= 8, "\n".join(asked)


def test_a_batch_of_500_takes_few_statements(place: Place) -> None:
    checks = [
        {"key": f"pg-{n}", **make_check(person={"name": "批量", "document_number": resident(400 + n % 300)})}
        for n in range(500)
    ]
    seen = count_statements(place.system.hosts["screening"].engine)
    items = place.guard.post(f"{BASE}/checks/batch", {"checks": checks}).get_json()["items"]
    assert {item["status"] for item in items} == {201}
    assert len(seen) <= 20, "\n".join(one[:90] for one in seen)


def test_row_level_security_hides_other_sites_when_the_filter_is_gone(place: Place) -> None:
    place.check()
    place.check(api=place.other_guard, site="branch")
    address = make_url(place.system.settings.database_url("screening")).set(drivername="postgresql")
    with psycopg.connect(address.render_as_string(hide_password=False)) as connection:
        for table in sorted(Base.metadata.tables):
            count = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))
            connection.execute("SELECT set_config('sizao.sites', '', true)")
            assert connection.execute(count).fetchone() == (0,), table
        connection.execute("SELECT set_config('sizao.sites', 'branch', true)")
        foreign = connection.execute("SELECT count(*) FROM entrance_check WHERE site <> 'branch'").fetchone()
        assert foreign == (0,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("UPDATE entrance_check SET site = 'main'")


def test_searches_go_by_indexes_under_row_level_security(place: Place) -> None:
    host = place.system.hosts["screening"]

    def fill(op: Op) -> None:
        rows = [
            {
                "id": new_id(), "site": "main", "kind": "visitor", "name": f"{chr(0x4E00 + n % 5000)}{n}",
                "initials": f"{chr(97 + n % 26)}{chr(97 + n // 26 % 26)}{n}", "section": "", "leaves": [],
                "active": True, "sequence": 0, "phone_last4": n.to_bytes(16, "big"),
            }
            for n in range(20_000)
        ]  # fmt: skip
        op.db.execute(insert(PERSON), rows)

    host.run_system(fill, caller("screening"))
    owner = make_url(place.system.settings.owner_database_url("screening")).set(drivername="postgresql")
    with psycopg.connect(owner.render_as_string(hide_password=False), autocommit=True) as connection:
        connection.execute("ANALYZE person")
    seen: list[str] = []

    @event.listens_for(host.engine, "before_cursor_execute", retval=True)
    def explain(_c: Any, _cursor: Any, statement: str, parameters: Any, _ctx: Any, _many: bool) -> tuple[str, Any]:
        if statement.startswith("SELECT person."):
            with host.engine.connect() as other:
                cursor = other.connection.cursor()
                cursor.execute("SELECT set_config('sizao.sites', 'main', true)")
                cursor.execute("EXPLAIN " + statement, parameters)
                seen.append("\n".join(row[0] for row in cursor.fetchall()))
        return statement, parameters

    try:
        for q in ("王明", "wm", "1234", "022", "13800001234"):
            seen.clear()
            assert place.guard.get(f"{BASE}/people", site="main", q=q).status_code == 200
            assert seen
            assert "Seq Scan" not in seen[0], f"{q}\n{seen[0]}"
    finally:
        event.remove(host.engine, "before_cursor_execute", explain)


def test_every_page_and_list_works_on_postgresql(place: Place) -> None:
    browser = place.system.browser("main", Role.MONITOR, Role.ADMIN)
    for path in ("desk/main", "today", "checks?q=wm", "checks", "inside", "entrances", "people"):
        address, _, query = path.partition("?q=")
        assert browser.get(f"/screening/main/{address}", **({"q": query} if query else {})).status_code == 200, path
    for q in ("王", "wm", "022", "9613", "13800001234", resident(100), "04AB77C1", "%", "' OR 1=1 --"):
        assert place.guard.get(f"{BASE}/people", site="main", q=q).status_code == 200, q
