"""Notify on PostgreSQL: one alert under concurrency, each message once by several workers, the second wall."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from joserfc.jwk import OKPKey
from pytest_httpserver import HTTPServer
from sqlalchemy import select, text
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from common.caller import system
from common.data.base import SiteScoped
from common.events.catalogue.coordination import KeyPublished
from common.events.catalogue.notify import AlertAcknowledged, AlertExhausted, AlertRaised
from common.events.envelope import Envelope
from common.events.payload import Payload
from common.events.tables import Outbox
from common.ids import new_id
from common.op import Op
from common.roles import Role
from common.runtime.duties import run_due_duties
from common.testing.installation import Installation
from common.testing.servers.control import PostgresServer
from common.testing.system import START, EmbeddedSystem, MovableClock
from common.web.app import create_app
from notify.courier import Courier, close_courier
from notify.models import Base
from notify.service import service
from tests.integration.notify.conftest import Bureau


class OnPostgres(EmbeddedSystem):
    """The service in the test's process over PostgreSQL, as the roles that production has."""

    def __init__(self, folder: Path, admin_dsn: str) -> None:
        self.clock = MovableClock(START)
        self.installation = Installation(folder, [service], admin_dsn=admin_dsn, amqp="", clock=self.clock)
        self.settings, self.hosts = self.installation.settings, self.installation.hosts
        app = create_app(self.hosts["notify"], TESTING=True)
        self.wsgi = DispatcherMiddleware(Flask("nothing"), {"/notify": app})
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

    def tick(self, **by: float) -> None:
        """Moves the clock and does the duties that are due."""
        self.clock.move(**by)
        run_due_duties(self.hosts["notify"])

    def close(self) -> None:
        close_courier(self.hosts["notify"])
        self.installation.close()


@pytest.fixture
def bureau(tmp_path: Path, pg_server: PostgresServer) -> Iterator[Bureau]:
    made = OnPostgres(tmp_path, pg_server.admin_dsn)
    made.settings.allow_private_webhooks = True
    yield Bureau(made)
    made.close()


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    start = Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        start.wait()
        return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        return [future.result() for future in [pool.submit(run, act) for act in acts]]


def test_one_check_told_by_eight_workers_at_once_is_one_alert(bureau: Bureau) -> None:
    bureau.person("王甲", Role.EMERGENCY)
    for _ in range(5):
        told = bureau.held()
        at_once(
            *(
                lambda told=told: bureau.system.tell(told, site="main", subject=told.check_id, event_id=new_id())
                for _worker in range(8)
            )
        )
    alerts = bureau.alerts()
    assert len(alerts) == 5
    assert len({alert["version"] for alert in alerts}) == 5
    assert len(bureau.system.events("notify", AlertRaised)) == 5
    assert len(bureau.messages()) == 5


def test_of_several_who_answer_at_once_one_is_first(bureau: Bureau) -> None:
    bureau.person("王甲", Role.EMERGENCY)
    bureau.fever()
    [alert] = bureau.alerts()
    path = f"/notify/api/v1/alerts/{alert['id']}/acknowledgement"
    answers = at_once(*(lambda who=who: bureau.api(person=f"p{who}").post(path, {}).get_json() for who in range(6)))
    assert sorted(answer["first"] for answer in answers) == [False] * 5 + [True]
    assert len({answer["alert"]["acknowledged_by"] for answer in answers}) == 1
    assert len(bureau.system.events("notify", AlertAcknowledged)) == 1


def test_a_ladder_climbed_by_several_workers_reaches_its_end_once(bureau: Bureau) -> None:
    bureau.person("王甲", Role.EMERGENCY)
    bureau.person("李丁", Role.LEADER)
    bureau.fever()
    for _ in range(6):
        bureau.system.clock.move(minutes=10)
        at_once(*(lambda: run_due_duties(bureau.host) for _worker in range(3)))
    assert bureau.alerts()[0]["state"] == "exhausted"
    assert len(bureau.system.events("notify", AlertExhausted)) == 1
    pairs = [(message["recipient"], message["channel_id"]) for message in bureau.messages()]
    assert len(pairs) == len(set(pairs)) == 2


def test_several_workers_send_each_message_once_within_the_rate(bureau: Bureau, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/hook").respond_with_json({"errcode": 0})
    told = bureau.api(Role.ADMIN).post(
        "/notify/api/v1/channels",
        {"site": "main", "kind": "wecom", "name": "robot", "address": httpserver.url_for("/hook")},
    )
    assert told.status_code == 201, told.text
    bureau.person("王甲", Role.EMERGENCY)
    for number in range(40):
        bureau.fever(masked_name=f"张{number:02d}*")
    workers = [Courier(bureau.host) for _ in range(4)]
    at_once(*(lambda worker=worker: (worker.start("main"), worker.finish()) for worker in workers))
    for worker in workers:
        worker.close()
    texts = [request.get_json()["text"]["content"] for request, _answer in httpserver.log]
    assert len(texts) <= 20
    assert all(sum(f"张{number:02d}*" in one for one in texts) == 1 for number in range(40))
    assert {message["state"] for message in bureau.messages()} == {"delivered"}


def test_without_the_filter_of_the_orm_the_database_still_keeps_sites_apart(bureau: Bureau) -> None:
    bureau.person("王甲", Role.EMERGENCY)
    bureau.fever()
    tables = [str(mapper.local_table) for mapper in Base.registry.mappers if issubclass(mapper.class_, SiteScoped)]
    assert len(tables) >= 12
    with bureau.host.engine.connect() as connection:
        for sites, seen in (("", 0), ("branch", 0), ("main", 1)):
            connection.execute(text("SELECT set_config('sizao.sites', :sites, false)"), {"sites": sites})
            assert connection.execute(text("SELECT count(*) FROM alert")).scalar() == seen
            for table in tables if not seen else []:
                assert connection.execute(text(f'SELECT count(*) FROM "{table}"')).scalar() == 0  # noqa: S608
        connection.rollback()
