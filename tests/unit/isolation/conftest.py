"""An installation with isolation alone; the test plays coordination, screening and notify."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

import pytest

from common.events.catalogue.notify import AlertAcknowledged, AlertRaised
from common.events.catalogue.screening import CheckHeld, CheckRetested, CheckVoided
from common.events.envelope import Envelope
from common.ids import new_id
from common.protocol import AlertRules, EntranceRules, Protocol, Question, Rung, Step, Words
from common.roles import Role
from common.secrets.sealed import seal
from common.testing.system import START, Api, EmbeddedSystem
from isolation.service import service

SITE = "main"
PHONES = {"cdc": "0451-8600-0000", "fever_clinic": "0451-8600-0001", "emergency_120": "120"}
API = "/isolation/api/v1"


def step(code: str, zh: str, minutes: int, **more: Any) -> Step:
    return Step(code=code, words=Words(zh=zh, en=code), within_minutes=minutes, **more)


PROTOCOL = Protocol(
    code="test-2021",
    pathogen=Words(zh="测试", en="Test"),
    title=Words(zh="测试方案", en="Test protocol"),
    source=Words(zh="测试", en="Test"),
    entrance=EntranceRules(
        questions=(Question(code="cough", words=Words(zh="咳嗽", en="Cough"), effect="hold"),),
    ),
    incident_steps=(
        step("isolate", "带至隔离点", 5),
        step("authority", "报告疾控", 120, phones=("cdc", "community"), outcomes=(Words(zh="已受理", en="Taken"),)),
        step("hospital", "送往发热门诊", 180, phones=("fever_clinic", "emergency_120")),
        step("disinfect", "消毒", 240, obligatory=False),
    ),
    alerts=AlertRules(ladder=(Rung(to="on_duty", wait_minutes=5),)),
)


class Bureau:
    """The other services as the test plays them, and isolation as its users see it."""

    def __init__(self, system: EmbeddedSystem) -> None:
        self.system = system

    @property
    def now(self) -> datetime:
        return self.system.clock.now()

    def api(self, *roles: Role, site: str = SITE, **options: Any) -> Api:
        return self.system.api(site, *(roles or (Role.EMERGENCY,)), **options)

    def held(self, *, site: str = SITE, check_id: str | None = None, event_id: str | None = None, **more: Any) -> str:
        """Somebody is held; the id of his check."""
        check = check_id or new_id()
        event = event_id or new_id()
        at = more.pop("measured_at", self.now)
        particulars = {
            "name": "王小明",
            "phone": "13800000001",
            "document_type": "passport",
            "document_number": "E12345678",
        }
        fields: dict[str, Any] = {
            "entrance_id": new_id(), "entrance_code": "main", "entrance_name": "正门", "day": at.date(),
            "measured_at": at, "recorded_at": self.now, "person_kind": "visitor", "person_ref": "visitor:1",
            "person_key": "k" * 64, "masked_name": "王*明", "reading": Decimal("38.20"), "fever": True,
            "reasons": ("fever",), "guard_ref": "staff:guard", "protocol_code": "test-2021",
            "sealed": seal(more.pop("particulars", particulars), event),
        }  # fmt: skip
        self.system.tell(
            CheckHeld(check_id=check, **{**fields, **more}), site=site, subject=check, event_id=event, sequence=1
        )
        return check

    def retested(self, first: str, *, reading: str | None = "36.50", normal: bool = True, **more: Any) -> str:
        check = more.pop("check_id", None) or new_id()
        self.system.tell(
            CheckRetested(
                first_check_id=first, check_id=check, measured_at=more.pop("measured_at", self.now),
                reading=None if reading is None else Decimal(reading), normal=normal, guard_ref="staff:guard",
            ),
            site=SITE, subject=check,
        )  # fmt: skip
        return check

    def voided(self, check: str, decision: Literal["admit", "refuse", "hold"] = "hold") -> None:
        self.system.tell(
            CheckVoided(check_id=check, decision=decision, reason="打错了", voided_at=self.now, by_ref="staff:guard"),
            site=SITE, subject=check, sequence=2,
        )  # fmt: skip

    def raised(self, check: str | None, *, alert: str | None = None, **more: Any) -> str:
        alert = alert or new_id()
        fields: dict[str, Any] = {
            "cause_type": CheckHeld.event_type, "cause_id": check or "", "group": "emergency", "raised_at": self.now,
            "first_sent_at": self.now,
        }  # fmt: skip
        self.system.tell(AlertRaised(alert_id=alert, check_id=check, **{**fields, **more}), site=SITE, subject=alert)
        return alert

    def acknowledged(
        self, check: str | None, alert: str, mark: Literal["none", "retest_normal", "entry_error"] = "none"
    ) -> None:
        self.system.tell(
            AlertAcknowledged(
                alert_id=alert, check_id=check, by_ref="staff:emergency", by_name="李应急", at=self.now, mark=mark
            ),
            site=SITE, subject=alert, sequence=2,
        )  # fmt: skip

    def again(self, envelope: Envelope) -> None:
        """The transport delivers an event once more."""
        from common.events.receive import receive

        receive(self.system.hosts["isolation"], envelope)

    def incidents(self, **query: Any) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = self.api().get(f"{API}/incidents", **query).get_json()["items"]
        return items

    def incident(self, check: str) -> dict[str, Any]:
        answer = self.api().get(f"{API}/incidents/by-check/{check}")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.get_json()
        return found

    def record(self, incident: dict[str, Any], step: str, api: Api | None = None, **body: Any) -> Any:
        return (api or self.api()).post(f"{API}/incidents/{incident['id']}/steps/{step}", body)

    def close(self, incident: dict[str, Any], outcome: str = "hospital", **body: Any) -> Any:
        return self.api().post(f"{API}/incidents/{incident['id']}/closure", {"outcome": outcome, **body})


def make_bureau(folder: Path, at: datetime = START, **settings: Any) -> Bureau:
    system = EmbeddedSystem(folder, [service], at=at)
    system.open_site(SITE, protocol=PROTOCOL, phones=PHONES, **settings)
    system.open_site("branch", protocol=PROTOCOL)
    return Bureau(system)


@pytest.fixture
def bureau(tmp_path: Path) -> Iterator[Bureau]:
    made = make_bureau(tmp_path)
    yield made
    made.system.close()


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def codes(incident: dict[str, Any]) -> list[str]:
    """The timeline as codes, in order."""
    return [entry["code"] for entry in incident["timeline"]]
