"""Isolation on PostgreSQL: what several workers and people do at the same time, and the second wall between sites."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from pathlib import Path
from threading import Barrier
from typing import Any

import psycopg
import pytest
from flask import Flask
from joserfc.jwk import OKPKey
from psycopg import sql
from sqlalchemy.engine import make_url
from sqlalchemy.exc import IntegrityError
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from common.events.catalogue.coordination import KeyPublished
from common.ids import new_id
from common.runtime.duties import run_due_duties
from common.testing.installation import Installation
from common.testing.plugin import Proof
from common.testing.servers.control import PostgresServer
from common.testing.system import START, EmbeddedSystem, MovableClock
from common.web.app import create_app
from isolation.models import Base
from isolation.service import service
from tests.unit.isolation.conftest import API, PHONES, PROTOCOL, SITE, Bureau, codes


class OnPostgres(EmbeddedSystem):
    """The service in the test's process over PostgreSQL, as the roles that production has."""

    def __init__(self, folder: Path, admin_dsn: str) -> None:
        self.clock = MovableClock(START)
        self.installation = Installation(folder, [service], admin_dsn=admin_dsn, amqp="", clock=self.clock)
        self.settings, self.hosts = self.installation.settings, self.installation.hosts
        app = create_app(self.hosts["isolation"], TESTING=True)
        self.wsgi = DispatcherMiddleware(Flask("nothing"), {"/isolation": app})
        self._key = OKPKey.generate_key("Ed25519", private=True)
        jwk = dict(self._key.as_dict(private=False))
        self.tell(
            KeyPublished(kid="test-key", jwk=jwk, not_after=START + timedelta(days=3650)), site=SITE, subject="key"
        )

    def close(self) -> None:
        self.installation.close()


@pytest.fixture(scope="module")
def bureau(tmp_path_factory: pytest.TempPathFactory, pg_server: PostgresServer) -> Iterator[Bureau]:
    system = OnPostgres(tmp_path_factory.mktemp("isolation"), pg_server.admin_dsn)
    system.open_site(SITE, protocol=PROTOCOL, phones=PHONES)
    system.open_site("branch", protocol=PROTOCOL)
    yield Bureau(system)
    system.close()


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Does all acts at the same time; an exception is a result too."""
    start = Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        start.wait()
        try:
            return act()
        except Exception as problem:  # noqa: BLE001 - the test looks at it
            return problem

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_a_check_and_news_of_it_taken_in_at_once_miss_nothing(bureau: Bureau, proof: Proof) -> None:
    for _ in range(proof.times(12, 200)):
        check, alert, retest = new_id(), new_id(), new_id()
        done = at_once(
            partial(bureau.held, check_id=check),
            partial(bureau.held, check_id=check),
            partial(bureau.retested, check, check_id=retest),
            partial(bureau.raised, check, alert=alert),
            partial(bureau.acknowledged, check, alert),
            partial(bureau.voided, check),
        )
        assert [one for one in done if isinstance(one, Exception)] == []
        incident = bureau.incident(check)
        assert sorted(codes(incident)) == sorted([
            "check.held", "incident.opened", "check.retested_normal", "check.voided", "alert.raised",
            "alert.first_sent", "alert.acknowledged",
        ])  # fmt: skip
        assert incident["suggestion"] == "entry_error"
        assert [clock["state"] for clock in incident["clocks"][:2]] == ["reached", "reached"]


def test_numbers_have_no_gap_and_no_double_under_load(bureau: Bureau) -> None:
    before = len(bureau.incidents(limit=500))
    checks = at_once(*[bureau.held for _ in range(24)])
    numbers = sorted(bureau.incident(check)["number"] for check in checks)
    assert numbers == [f"2021-{place:04d}" for place in range(before + 1, before + 25)]


def test_the_database_itself_refuses_a_second_incident_of_a_check(bureau: Bureau) -> None:
    incident = bureau.incident(bureau.held())
    columns = [column.name for column in Base.metadata.tables["incident"].columns if column.name not in ("id", "place")]
    names = ", ".join(f'"{name}"' for name in columns)

    def copy(op: Any) -> None:
        from sqlalchemy import text

        op.db.execute(
            text(
                f"INSERT INTO incident (id, place, {names}) SELECT :new, 9999, {names} FROM incident WHERE id = :old"  # noqa: S608
            ),
            {"new": new_id(), "old": incident["id"]},
        )

    from common.caller import system as caller

    with pytest.raises(IntegrityError, match="uq_incident_site_check_id"):
        bureau.system.hosts["isolation"].run_system(copy, caller("isolation"))


def test_two_people_recording_one_step_at_once(bureau: Bureau) -> None:
    for _ in range(5):
        incident = bureau.incident(bureau.held())
        rooms = [partial(bureau.record, incident, "isolate", outcome=f"隔离室 {room}") for room in range(4)]
        answers = [answer.status_code for answer in at_once(*rooms)]
        assert sorted(answers) == [201, 409, 409, 409]
        step = bureau.incident(incident["check_id"])["steps"][0]
        assert step["earlier"] == []


def test_two_people_linking_the_same_two_from_either_side(bureau: Bureau) -> None:
    one, other = (bureau.incident(bureau.held(person_key=new_id()))["id"] for _ in range(2))
    answers = at_once(
        lambda: bureau.api().post(f"{API}/incidents/{one}/links", {"incident_id": other}).status_code,
        lambda: bureau.api().post(f"{API}/incidents/{other}/links", {"incident_id": one}).status_code,
    )
    assert sorted(answers) == [200, 201]


def test_a_whole_story_and_its_purge(bureau: Bureau) -> None:
    check = bureau.held()
    bureau.acknowledged(check, bureau.raised(check))
    incident = bureau.incident(check)
    for step in ("isolate", "authority", "hospital"):
        assert bureau.record(incident, step).status_code == 201
    assert bureau.close(incident).status_code == 200
    assert bureau.incident(check)["state"] == "closed"
    others = len(bureau.incidents(state="open", limit=500))
    bureau.system.clock.move(days=1096)
    while run_due_duties(bureau.system.hosts["isolation"]):
        pass
    assert bureau.api().get(f"{API}/incidents/{incident['id']}").status_code == 404
    left = bureau.incidents(limit=500)
    assert len(left) == others
    assert all(one["state"] == "open" for one in left)


def test_row_level_security_hides_other_sites_when_the_filter_is_gone(bureau: Bureau) -> None:
    bureau.held()
    address = make_url(bureau.system.settings.database_url("isolation")).set(drivername="postgresql")
    with psycopg.connect(address.render_as_string(hide_password=False)) as connection:
        for table in sorted(Base.metadata.tables):
            count = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))
            connection.execute("SELECT set_config('sizao.sites', '', true)")
            assert connection.execute(count).fetchone() == (0,), table
            connection.execute("SELECT set_config('sizao.sites', 'branch', true)")
            assert connection.execute(count).fetchone() == (0,), table
        connection.execute("SELECT set_config('sizao.sites', 'main', true)")
        found = connection.execute("SELECT count(*) FROM incident").fetchone()
        assert found is not None
        assert found[0] > 0
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("UPDATE incident SET site = 'branch'")
