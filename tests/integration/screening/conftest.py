"""Screening at work in one process, with an invented protocol, two sites and a few people."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from common.civil.document import check_character
from common.events.catalogue.coordination import PersonChanged, SiteChanged
from common.ids import new_id
from common.protocol import AlertRules, EntranceRules, Protocol, Question, Rung, Words
from common.roles import Role
from common.secrets.sealed import seal
from common.testing.system import Api, EmbeddedSystem
from screening.service import service

BASE = "/screening/api/v1"
QUESTIONS = (
    Question(code="cough", words=Words(zh="咳嗽", en="Cough"), effect="advise"),
    Question(code="breathless", words=Words(zh="呼吸困难", en="Breathless"), effect="hold"),
    Question(code="abroad", words=Words(zh="近期出境", en="Been abroad"), effect="refuse", symptom=False),
)


def make_protocol(**rules: Any) -> Protocol:
    return Protocol(
        code="test-1",
        pathogen=Words(zh="测试病原", en="Test pathogen"),
        title=Words(zh="测试方案", en="Test protocol"),
        source=Words(zh="测试", en="test"),
        entrance=EntranceRules(**{"questions": QUESTIONS, **rules}),
        alerts=AlertRules(ladder=(Rung(to="on_duty", wait_minutes=5),)),
    )


def resident(number: int, born: str = "19800101") -> str:
    """An invented resident number with a right check character and an order code from 960 on."""
    first = f"{230103 + number // 40}{born}{960 + number % 40:03d}"
    return first + check_character(first)


@dataclass
class Place:
    """The system with its usual callers."""

    system: EmbeddedSystem
    guard: Api
    emergency: Api
    admin: Api
    other_guard: Api

    def staff(self, number: str, name: str, *, site: str = "main", **more: Any) -> str:
        """Tells of a staff member and returns the id."""
        ident = more.pop("ident", None) or new_id()
        event_id = new_id()
        sequence = more.pop("sequence", 1)
        phone = more.pop("phone", None)
        document = more.pop("document", None)
        particulars = {
            "name": name,
            "phone": phone,
            "document_type": "resident_id" if document else None,
            "document_number": document,
            "email": None,
        }
        self.system.tell(
            PersonChanged(
                **{
                    "person_id": ident,
                    "kind": "staff",
                    "staff_number": number,
                    "masked_name": f"{name[0]}*",
                    "section": "业务科",
                    "sealed": seal(particulars, event_id),
                    **more,
                }
            ),
            site=site,
            subject=ident,
            sequence=sequence,
            event_id=event_id,
        )
        return ident

    def check(self, key: str | None = None, *, api: Api | None = None, **body: Any) -> Any:
        """Sends a check of a visitor with a good reading; keywords replace its fields."""
        return (api or self.guard).post(f"{BASE}/checks", make_check(**body), key=key)


def make_check(**body: Any) -> dict[str, Any]:
    return {
        "site": "main",
        "entrance": "main",
        "person": {"kind": "visitor", "name": "王明", "document_type": "resident_id", "document_number": resident(1)},
        "reading": "36.5",
        "mask": True,
        "purpose": "办事",
        **body,
    }


@pytest.fixture
def open_place(tmp_path: Path) -> Iterator[Callable[..., Place]]:
    made: list[EmbeddedSystem] = []

    def start(**rules: Any) -> Place:
        system = EmbeddedSystem(tmp_path, [service])
        made.append(system)
        for code in ("main", "branch"):
            system.open_site(code, protocol=make_protocol(**rules))
            system.tell(
                SiteChanged(code=code, name=f"测试单位{code}", name_en=f"Test bureau {code}", trial=True),
                site=code,
                subject=code,
                sequence=2,
            )
        return Place(
            system,
            system.api("main", Role.MONITOR),
            system.api("main", Role.EMERGENCY),
            system.api("main", Role.ADMIN),
            system.api("branch", Role.MONITOR),
        )

    yield start
    for system in made:
        system.close()


@pytest.fixture
def place(open_place: Callable[..., Place]) -> Place:
    return open_place()
