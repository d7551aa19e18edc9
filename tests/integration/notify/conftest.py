"""An installation with notify alone; the other services are played by their events."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from common.events.catalogue.coordination import GroupChanged, GroupMember, Leave, PersonChanged, SiteChanged
from common.events.catalogue.screening import CheckHeld, CheckRetested, CheckVoided
from common.host import Host
from common.ids import new_id
from common.protocol import AlertRules, Protocol, Rung, Words
from common.roles import Role
from common.secrets.sealed import seal
from common.testing.system import Api, EmbeddedSystem
from notify.courier import close_courier, courier_of
from notify.service import service

LADDER = (
    Rung(to="on_duty", wait_minutes=2),
    Rung(to="group", wait_minutes=3),
    Rung(to="group_leader", wait_minutes=5),
    Rung(to="leader_in_charge", wait_minutes=5),
    Rung(to="leading_group", wait_minutes=10),
)
WORDS = Words(zh="试", en="test")
PROTOCOL = Protocol(
    code="test", pathogen=WORDS, title=WORDS, source=WORDS, alerts=AlertRules(ladder=LADDER, alarm_within_hours=24)
)


class Bureau:
    """What a test does to the site `main` (or another that it names)."""

    def __init__(self, system: EmbeddedSystem, protocol: Protocol | None = PROTOCOL, *, trial: bool = False) -> None:
        self.system, self.trial = system, trial
        self._sequence = 1
        for code in ("main", "branch"):
            system.open_site(code, protocol=protocol)
            if trial:
                system.tell(
                    SiteChanged(code=code, name=f"测试单位{code}", name_en=f"Test {code}", trial=True),
                    site=code, subject=code, sequence=2,
                )  # fmt: skip

    @property
    def host(self) -> Host:
        return self.system.hosts["notify"]

    def _next(self) -> int:
        self._sequence += 1
        return self._sequence

    def person(
        self, name: str, *roles: Role, site: str = "main", phone: str = "", email: str = "", active: bool = True,
        leave: date | None = None, known: str | None = None,
    ) -> str:  # fmt: skip
        person, event = known or new_id(), new_id()
        sealed = seal({"name": name, "phone": phone, "email": email}, event)
        self.system.tell(
            PersonChanged(
                person_id=person, kind="staff", staff_number=f"T{self._sequence}", section="",
                masked_name=f"{name[0]}*",
                roles=tuple(role.value for role in roles), active=active, sealed=sealed,
                leaves=(Leave(first_day=leave, last_day=leave),) if leave else (),
            ),
            site=site, subject=person, sequence=self._next(), event_id=event,
        )  # fmt: skip
        return person

    def group(
        self, code: Any, *members: str, leader: str | None = None, in_charge: str | None = None, site: str = "main"
    ) -> None:
        people = [GroupMember(person_id=one, position="leader" if one == leader else "member") for one in members]
        self.system.tell(
            GroupChanged(code=code, name=code, members=tuple(people), leader_in_charge=in_charge),
            site=site, subject=code, sequence=self._next(),
        )  # fmt: skip

    def held(self, **changes: Any) -> CheckHeld:
        at = changes.pop("measured_at", self.system.clock.now() - timedelta(seconds=3))
        values: dict[str, Any] = {
            "check_id": new_id(), "entrance_id": new_id(), "entrance_code": "main", "entrance_name": "正门",
            "day": date(2021, 3, 1), "measured_at": at, "recorded_at": self.system.clock.now(),
            "person_kind": "visitor",
            "person_ref": None, "masked_name": "张*", "reading": Decimal("38.6"), "fever": True, "reasons": ("fever",),
            "guard_ref": "staff:guard", "protocol_code": "test", "sealed": "x",
        }  # fmt: skip
        return CheckHeld(**{**values, **changes})

    def fever(self, site: str = "main", **changes: Any) -> str:
        told = self.held(**changes)
        self.system.tell(told, site=site, subject=told.check_id)
        return told.check_id

    def retest(self, check_id: str, *, normal: bool, at: datetime | None = None, site: str = "main") -> str:
        again = new_id()
        self.system.tell(
            CheckRetested(
                first_check_id=check_id, check_id=again, measured_at=at or self.system.clock.now(), normal=normal,
                reading=Decimal("36.6") if normal else Decimal("38.2"), guard_ref="staff:guard",
            ),
            site=site, subject=check_id,
        )  # fmt: skip
        return again

    def void(self, check_id: str, site: str = "main") -> None:
        self.system.tell(
            CheckVoided(
                check_id=check_id, decision="hold", reason="typo", voided_at=self.system.clock.now(),
                by_ref="staff:guard",
            ),
            site=site, subject=check_id, sequence=2,
        )  # fmt: skip

    def api(self, *roles: Role, site: str = "main", person: str | None = None) -> Api:
        return self.system.api(
            site, *(roles or (Role.EMERGENCY,)), **({"account": f"staff:{person}"} if person else {})
        )

    def alerts(self, *roles: Role, site: str = "main", **query: Any) -> list[dict[str, Any]]:
        told = self.api(*roles, site=site).get("/notify/api/v1/alerts", site=site, **query)
        assert told.status_code == 200, told.text
        items: list[dict[str, Any]] = told.get_json()["items"]
        return items

    def history(self, alert_id: str) -> list[dict[str, Any]]:
        told = self.api().get(f"/notify/api/v1/alerts/{alert_id}")
        assert told.status_code == 200, told.text
        lines: list[dict[str, Any]] = told.get_json()["history"]
        return lines

    def messages(self, site: str = "main", **query: Any) -> list[dict[str, Any]]:
        told = self.api(Role.ADMIN, site=site).get("/notify/api/v1/messages", site=site, limit=500, **query)
        assert told.status_code == 200, told.text
        items: list[dict[str, Any]] = told.get_json()["items"]
        return list(reversed(items))

    def send(self, **by: float) -> None:
        """Moves the clock, does what is due, and waits until what was sent is answered."""
        self.system.tick(**by)
        assert courier_of(self.host).finish(20)


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Callable[..., Bureau]]:
    """Makes an installation; it is closed at the end."""
    made: list[EmbeddedSystem] = []

    def open_one(**settings: Any) -> Bureau:
        trial = settings.pop("trial", False)
        protocol = settings.pop("protocol", PROTOCOL)
        system = EmbeddedSystem(tmp_path / str(len(made)), [service])
        made.append(system)
        for name, value in settings.items():
            setattr(system.settings, name, value)
        return Bureau(system, protocol, trial=trial)

    yield open_one
    for system in made:
        close_courier(system.hosts["notify"])
        system.close()


@pytest.fixture
def bureau(installation: Callable[..., Bureau]) -> Bureau:
    """The sites `main` and `branch`, under a protocol with five rungs."""
    return installation()


@pytest.fixture
def trial(installation: Callable[..., Bureau]) -> Bureau:
    """The same as a trial, which sends nothing outside."""
    return installation(trial=True)
