"""A bureau at work for measurements: a site with a shipped protocol, sign-in keys, and checks of invented visitors."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import islice
from typing import Any

from joserfc.jwk import OKPKey

from benchmarks.wire import request_bytes
from common.caller import Caller
from common.demo.people import Visitor, visitors
from common.events.catalogue.coordination import KeyPublished, ProtocolAdopted, SiteChanged
from common.events.envelope import Envelope, make_envelope
from common.events.payload import Payload, producer_of
from common.events.receive import receive
from common.ids import new_id
from common.roles import Role
from common.testing.installation import Installation
from common.web.tokens import make_token
from coordination.usecases.protocols import protocol_named

SITE = "main"
PROTOCOL = "covid-7"
CHECKS = "/screening/api/v1/checks"


class Scene:
    """The site `main` in every service of an installation, which learns of it as it would from coordination."""

    def __init__(self, made: Installation) -> None:
        self.made = made
        self.key = OKPKey.generate_key("Ed25519", private=True)
        self.jwk = dict(self.key.as_dict(private=False))
        now = self._now()
        self.tell(KeyPublished(kid="bench", jwk=self.jwk, not_after=now + timedelta(days=3650)), subject="bench")
        self.tell(SiteChanged(code=SITE, name="测试单位", name_en="Test bureau", trial=True), subject=SITE)
        adopted = ProtocolAdopted(
            adoption_id=new_id(), version=1, effective_from=date(2020, 1, 1), protocol=protocol_named(PROTOCOL)
        )
        self.tell(adopted, subject=adopted.adoption_id)

    def _now(self) -> Any:
        return next(iter(self.made.hosts.values())).clock.now()

    def envelope(self, payload: Payload, *, subject: str, sequence: int = 1, event_id: str | None = None) -> Envelope:
        """An event of the site, as its producer would write it."""
        return make_envelope(
            event_id=event_id or new_id(), event_type=payload.event_type, site=SITE,
            service=producer_of(payload.event_type), subject=subject, sequence=sequence, time=self._now(),
            data=payload.model_dump(mode="json"),
        )  # fmt: skip

    def tell(self, payload: Payload, *, subject: str, sequence: int = 1, event_id: str | None = None) -> None:
        """Gives an event to the services here that react to it."""
        envelope = self.envelope(payload, subject=subject, sequence=sequence, event_id=event_id)
        for host in self.made.hosts.values():
            if host.service.reactions_to(envelope.type):
                receive(host, envelope)

    def token(self, *roles: Role) -> str:
        """A session of somebody with these roles."""
        now = self._now()
        who = Caller(id=f"staff:{new_id()}", name="测试员", token_id=new_id(), grants={SITE: frozenset(roles)})
        return make_token(self.key, "bench", caller=who, issued=now, expires=now + timedelta(hours=12))


def check_body(visitor: Visitor, reading: str = "36.5", **more: Any) -> dict[str, Any]:
    """A check of a visitor, as a desk sends it."""
    return {
        "site": SITE, "entrance": "main", "person": visitor.as_person(), "reading": reading, "mask": True,
        "purpose": visitor.purpose, **more,
    }  # fmt: skip


def check_requests(token: str, people: Iterator[Visitor], count: int, *, path: str = CHECKS) -> list[bytes]:
    """Requests that record one check each, of visitors not seen before, each with an Idempotency-Key of its own."""
    return [
        request_bytes(
            "POST", path, json.dumps(check_body(who), ensure_ascii=False).encode(),
            Authorization=f"Bearer {token}", Idempotency_Key=new_id(),
        )
        for who in islice(people, count)
    ]  # fmt: skip


__all__ = ["CHECKS", "PROTOCOL", "SITE", "Scene", "check_body", "check_requests", "visitors"]
