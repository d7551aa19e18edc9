"""A whole installation in the process of a test: embedded, on files in a folder, with a clock that tests move."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from joserfc.jwk import OKPKey
from sqlalchemy import select
from werkzeug.test import Client, TestResponse

from common.caller import Caller, system
from common.data import migrate
from common.events.catalogue.coordination import KeyPublished, ProtocolAdopted, SiteChanged
from common.events.envelope import Envelope, make_envelope
from common.events.payload import Payload, producer_of
from common.events.receive import receive
from common.events.tables import EventLog
from common.host import Host
from common.ids import new_id
from common.op import Op, usecase
from common.protocol import Protocol
from common.roles import Role
from common.runtime.engine import EmbeddedEngine
from common.runtime.mount import applications, join
from common.secrets.current import set_keyring
from common.secrets.keyring import KeyRing
from common.service import Service
from common.settings import Settings
from common.web.guard import csrf_token
from common.web.tokens import make_token

START = datetime(2021, 3, 1, 0, 30, tzinfo=UTC)
"""08:30 on Monday 1 March 2021 in Shanghai."""


class MovableClock:
    """A clock that stands still until a test moves it."""

    def __init__(self, at: datetime = START) -> None:
        self.at = at

    def now(self) -> datetime:
        """The instant the test last set."""
        return self.at

    def move(self, **by: float) -> None:
        """Moves on by a timedelta's keywords."""
        self.at += timedelta(**by)


class EmbeddedSystem:
    """Services of one installation, without threads: `settle()` delivers what is under way, `tick()` does duties too.

    A service that is left out is played by the test: `tell()` gives its events to those who consume them.
    """

    def __init__(self, folder: Path, services: Iterable[Service], *, at: datetime = START) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.clock = MovableClock(at)
        self.settings = Settings(data=folder)
        set_keyring(KeyRing.create(self.settings.keyring_path))
        self.hosts: dict[str, Host] = {}
        for service in services:
            migrate.upgrade(service, self.settings.database_url(service.name))
            self.hosts[service.name] = Host(service, self.settings, self.clock)
        self.engine = EmbeddedEngine(self.hosts)
        self.apps = applications(self.hosts, TESTING=True)
        self.wsgi = join(self.apps)
        self._key = OKPKey.generate_key("Ed25519", private=True)
        self.tell(
            KeyPublished(
                kid="test-key", jwk=dict(self._key.as_dict(private=False)), not_after=at + timedelta(days=3650)
            ),
            site="main",
            subject="test-key",
        )

    def open_site(self, code: str, name: str = "", *, protocol: Protocol | None = None, **settings: Any) -> None:
        """Opens a site, with a protocol in force from 2020 on if one is given."""
        self.tell(
            SiteChanged(code=code, name=name or f"测试单位{code}", name_en=f"Test bureau {code}", settings=settings),
            site=code,
            subject=code,
        )
        if protocol is not None:
            adoption = new_id()
            self.tell(
                ProtocolAdopted(adoption_id=adoption, version=1, effective_from=date(2020, 1, 1), protocol=protocol),
                site=code,
                subject=adoption,
            )

    def tell(
        self, payload: Payload, *, site: str, subject: str, sequence: int = 1, event_id: str | None = None
    ) -> Envelope:
        """Gives an event to every service here that consumes it, as if its producer had published it."""
        envelope = make_envelope(
            event_id=event_id or new_id(),
            event_type=payload.event_type,
            site=site,
            service=producer_of(payload.event_type),
            subject=subject,
            sequence=sequence,
            time=self.clock.now(),
            data=payload.model_dump(mode="json"),
        )
        for name, host in self.hosts.items():
            if name in payload.consumers:
                receive(host, envelope)
        return envelope

    def settle(self) -> None:
        """Delivers every event until none is under way."""
        self.engine.settle()

    def tick(self, **by: float) -> None:
        """Moves the clock, does the duties that are due and delivers what they caused."""
        if by:
            self.clock.move(**by)
        self.engine.do_duties()
        self.settle()

    def token(
        self,
        grants: Mapping[str, Iterable[Role]],
        *,
        account: str = "staff:00000000-0000-7000-8000-000000000001",
        name: str = "测试员",
        hours: float = 12,
        token_id: str | None = None,
    ) -> str:
        """A session token for an account with the given roles at the given sites."""
        who = Caller(
            id=account,
            name=name,
            token_id=token_id or new_id(),
            grants={site: frozenset(roles) for site, roles in grants.items()},
        )
        now = self.clock.now()
        return make_token(self._key, "test-key", caller=who, issued=now, expires=now + timedelta(hours=hours))

    def api(self, site: str, *roles: Role, **options: Any) -> Api:
        """A program signed in with roles at one site."""
        return Api(self, self.token({site: roles}, **options))

    def browser(self, site: str, *roles: Role, language: str = "zh", **options: Any) -> Browser:
        """A browser signed in with roles at one site."""
        token_id = new_id()
        return Browser(self, self.token({site: roles}, token_id=token_id, **options), token_id, language)

    def events(self, service: str, payload: type[Payload] | None = None) -> list[Envelope]:
        """What a service has published so far, in order."""
        rows = self.hosts[service].run_system(_published, system(service))
        envelopes = [Envelope.from_json(body) for body in rows]
        return [one for one in envelopes if payload is None or one.type == payload.event_type]

    def close(self) -> None:
        """Closes the databases."""
        for host in self.hosts.values():
            host.close()
        set_keyring(None)


@usecase(read=True)
def _published(op: Op) -> list[str]:
    return list(op.db.scalars(select(EventLog.body).order_by(EventLog.position)))


class Api:
    """A program's view of the system: JSON in and out with a bearer token."""

    def __init__(self, system: EmbeddedSystem, token: str | None) -> None:
        self._client = Client(system.wsgi)
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    def get(self, path: str, **query: Any) -> TestResponse:
        """GET with query parameters."""
        return self._client.get(
            path, query_string={k: v for k, v in query.items() if v is not None}, headers=self._headers
        )

    def post(
        self, path: str, body: Any = None, *, key: str | None = None, headers: Mapping[str, str] | None = None
    ) -> TestResponse:
        """POST of a JSON body, with an idempotency key if one is given."""
        sent = {**self._headers, **(headers or {})}
        if key is not None:
            sent["Idempotency-Key"] = key
        data = None if body is None else json.dumps(body, ensure_ascii=False, default=str)
        return self._client.post(path, data=data, content_type="application/json" if data else None, headers=sent)

    def request(
        self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> TestResponse:
        """Any other method with a JSON body."""
        data = None if body is None else json.dumps(body, ensure_ascii=False, default=str)
        return self._client.open(
            path,
            method=method,
            data=data,
            content_type="application/json" if data else None,
            headers={**self._headers, **(headers or {})},
        )

    def upload(self, path: str, content: bytes, filename: str, **fields: Any) -> TestResponse:
        """POST of a file with form fields."""
        import io

        form = {name: str(value) for name, value in fields.items() if value is not None}
        return self._client.post(
            path,
            data={**form, "file": (io.BytesIO(content), filename)},
            content_type="multipart/form-data",
            headers=self._headers,
        )


class Browser:
    """A person's view: pages with a session cookie, forms with their token."""

    def __init__(self, system: EmbeddedSystem, token: str, token_id: str, language: str) -> None:
        self._client = Client(system.wsgi)
        self._client.set_cookie("sizao_session", token)
        self._client.set_cookie("sizao_language", language)
        self._csrf = csrf_token(token_id)

    def get(self, path: str, **query: Any) -> TestResponse:
        """Opens a page."""
        return self._client.get(path, query_string=query, headers={"Accept": "text/html"})

    def post(self, path: str, *, follow: bool = False, **fields: Any) -> TestResponse:
        """Sends a form."""
        return self._client.post(
            path, data={**fields, "csrf_token": self._csrf}, headers={"Accept": "text/html"}, follow_redirects=follow
        )
