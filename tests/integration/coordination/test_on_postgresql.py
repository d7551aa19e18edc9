"""Coordination on PostgreSQL: several at once, one count of attempts, the second wall between sites."""

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
from werkzeug.test import Client

from common.caller import system
from common.events.catalogue.coordination import FilingOverdue, KeyPublished, PersonChanged, ProtocolAdopted
from common.events.envelope import Envelope
from common.events.payload import Payload
from common.events.tables import Outbox
from common.host import Host
from common.op import Op
from common.roles import Role
from common.runtime.duties import run_due_duties
from common.testing.installation import PASSWORD, Installation
from common.testing.servers.control import PostgresServer
from common.testing.system import START, EmbeddedSystem, MovableClock
from common.web.app import create_app
from coordination.models import Base
from coordination.service import service
from tests.unit.coordination.support import API, SAMPLES, Trial, admin, entrance, everybody, sealed, send


class OnPostgres(EmbeddedSystem):
    """The service in the test's process over PostgreSQL, as the roles that production has."""

    def __init__(self, folder: Path, admin_dsn: str) -> None:
        self.clock = MovableClock(START)
        self.installation = Installation(folder, [service], admin_dsn=admin_dsn, amqp="", clock=self.clock)
        self.settings, self.hosts = self.installation.settings, self.installation.hosts
        self.second = Host(service, self.settings, self.clock)
        apps: dict[str, Any] = {
            "/coordination": create_app(self.hosts["coordination"], TESTING=True),
            "/second/coordination": create_app(self.second, TESTING=True),
        }
        self.wsgi = DispatcherMiddleware(Flask("nothing"), apps)
        self._key = OKPKey.generate_key("Ed25519", private=True)
        jwk = dict(self._key.as_dict(private=False))
        self.tell(
            KeyPublished(kid="test-key", jwk=jwk, not_after=START + timedelta(days=3650)), site="main", subject="key"
        )

    def settle(self) -> None:
        """Nobody else is here to be told."""

    def events(self, service: str, payload: type[Payload] | None = None) -> list[Envelope]:
        """What waits in the outbox."""

        def read(op: Op) -> list[str]:
            return list(op.db.scalars(select(Outbox.body).order_by(Outbox.id)))

        found = [Envelope.from_json(body) for body in self.hosts[service].run_system(read, system(service))]
        return [one for one in found if payload is None or one.type == payload.event_type]

    def close(self) -> None:
        self.second.close()
        self.installation.close()


@pytest.fixture
def trial(tmp_path: Path, pg_server: PostgresServer) -> Iterator[Trial]:
    made = OnPostgres(tmp_path, pg_server.admin_dsn)
    assert service.seed is not None
    accounts = service.seed(made.hosts["coordination"])
    assert isinstance(accounts, list)
    yield Trial(made, accounts)
    made.close()


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    start = Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        start.wait()
        return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        return [future.result() for future in [pool.submit(run, act) for act in acts]]


def test_the_attempts_of_two_processes_are_one_count(trial: Trial) -> None:
    def guess(base: str) -> int:
        body = {"login": "main-monitor", "password": "a wrong guess"}
        return Client(trial.system.wsgi).post(f"{base}{API}/sessions", json=body).status_code

    codes = at_once(*(lambda base=base: guess(base) for base in ("", "/second") * 8))
    assert (codes.count(401), codes.count(429)) == (10, 6)
    password = trial.accounts["main-monitor"]["password"]
    assert trial.try_in("main-monitor", password).status_code == 429
    trial.system.clock.move(minutes=16)
    assert trial.try_in("main-monitor", password).status_code == 201


def test_one_list_sent_by_four_at_once_is_taken_in_once(trial: Trial) -> None:
    data = (SAMPLES / "staff-branch.csv").read_bytes()
    before = len(trial.system.events("coordination", PersonChanged))
    answers = at_once(*(lambda: send(admin(trial.system, "blank"), "blank", data) for _ in range(4)))
    outcomes = sorted((one.get_json()["accepted"], one.get_json()["unchanged"]) for one in answers)
    assert outcomes == [(0, 14)] * 3 + [(14, 0)]
    assert len(trial.system.events("coordination", PersonChanged)) == before + 14
    again = send(admin(trial.system, "blank"), "blank", data).get_json()
    assert (again["accepted"], again["unchanged"]) == (0, 14)


def test_of_several_changes_of_one_version_one_is_first(trial: Trial) -> None:
    one = everybody(admin(trial.system), "main")["013"]
    path, etag = f"{API}/people/{one['id']}", {"If-Match": f'"{one["version"]}"'}
    api = admin(trial.system)
    answers = at_once(*(lambda n=n: api.request("PATCH", path, {"post": f"岗位{n}"}, etag) for n in range(5)))
    assert sorted(answer.status_code for answer in answers) == [200, 412, 412, 412, 412]


def test_adoptions_at_once_get_versions_of_their_own(trial: Trial) -> None:
    days = [f"2021-04-{n:02d}" for n in range(1, 6)]
    body = {"site": "main", "protocol": "covid-7"}
    api = admin(trial.system)
    answers = at_once(
        *(
            lambda day=day: api.post(f"{API}/protocols/adoptions", body | {"effective_from": day, "effective_to": day})
            for day in days
        )
    )
    assert sorted(answer.get_json()["version"] for answer in answers) == [2, 3, 4, 5, 6]
    assert len(trial.system.events("coordination", ProtocolAdopted)) == 3 + 5


def test_a_one_time_link_is_used_by_one_of_two(trial: Trial) -> None:
    security = trial.system.api("main", Role.SECURITY)
    account = security.get(f"{API}/accounts", site="main").get_json()["items"][0]
    link = security.post(f"{API}/accounts/{account['id']}/password-link").get_json()["path"]
    form = {"password": "a quiet morning", "again": "a quiet morning"}
    answers = at_once(*(lambda: Client(trial.system.wsgi).post(link, data=form).status_code for _ in range(4)))
    assert sorted(answers) == [303, 404, 404, 404]


def test_a_missing_register_is_told_once_by_several_workers(trial: Trial) -> None:
    made = trial.system
    made.tell(entrance(), site="main", subject="e-1")
    made.clock.move(hours=12)
    at_once(*(lambda: run_due_duties(made.hosts["coordination"]) for _ in range(4)))
    made.clock.move(minutes=2)
    at_once(*(lambda: run_due_duties(made.hosts["coordination"]) for _ in range(4)))
    assert len(made.events("coordination", FilingOverdue)) == 1
    at_once(
        *(
            lambda n=n: made.tell(
                sealed("2021-03-01", "2021-03-01T13:00:00+00:00", version=n), site="main", subject="r", sequence=n
            )
            for n in (1, 2, 3)
        )
    )
    items = made.api("main", Role.COORDINATOR).get(f"{API}/ledger", site="main", day="2021-03-01").get_json()["items"]
    assert [(one["state"], one["version"]) for one in items] == [("late", 3)]


def test_row_level_security_shows_another_sites_rows_to_nobody(trial: Trial) -> None:
    made = trial.system
    made.tell(entrance(), site="main", subject="e-1")
    address = make_url(made.settings.database_url("coordination"))
    scoped = [table for table in sorted(Base.metadata.tables) if table not in PLAIN]
    with psycopg.connect(
        host=address.host, port=address.port, user=address.username, dbname=address.database, password=PASSWORD
    ) as connection:
        counts: dict[str, dict[str, int]] = {}
        for sites in ("", "main", "branch", "blank", "nowhere"):
            with connection.transaction():
                connection.execute("SELECT set_config('sizao.sites', %s, true)", (sites,))
                counts[sites] = {
                    table: connection.execute(
                        sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))
                    ).fetchone()[0]  # type: ignore[index]
                    for table in scoped
                }
    assert set(counts[""].values()) == set(counts["nowhere"].values()) == {0}
    # Each site has its accounts of the region or more: nobody known for signing in alone is of another site.
    assert counts["main"]["person"] > 60
    assert 14 < counts["branch"]["person"] < 60
    assert counts["branch"]["filing_place"] == 0
    assert counts["main"]["filing_place"] == 1


PLAIN = {"account", "held_role", "issued_session", "one_time_link", "signing_key", "site", "throttle"}
