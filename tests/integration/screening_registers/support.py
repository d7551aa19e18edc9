"""Two sites with a protocol and an entrance, their people, and the staff of the sample list."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from common.civil.document import check_character
from common.events.catalogue.coordination import PersonChanged
from common.ids import new_id
from common.protocol import AlertRules, EntranceRules, Protocol, Rung, Words
from common.roles import Role
from common.secrets.sealed import seal
from common.tables import find_header, read_tables
from common.testing.system import Api, EmbeddedSystem

SAMPLES = Path(__file__).resolve().parents[4] / "shared" / "samples"
REGISTERS = "/screening/api/v1/registers"
IMPORTS = "/screening/api/v1/imports"


def protocol(**entrance: Any) -> Protocol:
    return Protocol(
        code="covid19-7",
        pathogen=Words(zh="新型冠状病毒", en="SARS-CoV-2"),
        title=Words(zh="第七版", en="7th edition"),
        source=Words(zh="国家卫生健康委", en="NHC"),
        entrance=EntranceRules(**entrance),
        alerts=AlertRules(ladder=(Rung(to="on_duty", wait_minutes=5),)),
    )


class Town:
    """Two sites of one installation, and the people who work at their entrances."""

    def __init__(self, system: EmbeddedSystem) -> None:
        self.system = system
        for code in ("main", "branch"):
            system.open_site(code, protocol=protocol())
            coordinator = self.api(code, Role.COORDINATOR, Role.ADMIN)
            made = coordinator.post(
                "/screening/api/v1/entrances",
                {"site": code, "code": "main", "name": "主入口", "hall": "经办大厅"},
            )
            assert made.status_code == 201, made.get_json()

    def api(self, site: str, *roles: Role, who: str = "1", name: str = "") -> Api:
        account = f"staff:00000000-0000-7000-8000-{int(who):012d}"
        return self.system.api(site, *roles, account=account, name=name or f"监测员{who}")

    def guard(self, who: str = "1", site: str = "main") -> Api:
        return self.api(site, Role.MONITOR, who=who)

    def check(self, guard: Api, number: int = 1, *, site: str = "main", **more: Any) -> dict[str, Any]:
        body = {
            "site": site,
            "entrance": "main",
            "person": {"name": f"测试{'甲乙丙丁戊己庚辛壬癸'[number % 10]}", "phone": f"1380000{number:04d}"},
            "reading": "36.5",
            "mask": True,
            "purpose": "咨询",
            **more,
        }
        answer = guard.post("/screening/api/v1/checks", body, key=new_id())
        assert answer.status_code == 201, answer.get_json()
        found: dict[str, Any] = answer.get_json()
        return found

    def bring_staff(self) -> None:
        [sheet] = read_tables(SAMPLES / "staff.xlsx", "staff.xlsx")
        header = find_header(sheet, {"number": ("工号",), "name": ("姓名",), "document": ("证件号码",)}, {"number"})
        for number, (_, cells) in enumerate(header.data(sheet)):
            staff_number, name = header.get(cells, "number"), str(header.get(cells, "name"))
            self.tell_person(f"00000000-0000-7000-9000-{number:012d}", str(staff_number), name)

    def tell_person(self, ident: str, staff_number: str, name: str, site: str = "main") -> None:
        event_id = new_id()
        self.system.tell(
            PersonChanged(
                person_id=ident,
                kind="staff",
                staff_number=staff_number,
                masked_name="某*",
                section="综合办公室",
                sealed=seal({"name": name}, event_id),
            ),
            site=site,
            subject=ident,
            event_id=event_id,
        )


def resident(number: int, born: str = "19800101") -> str:
    """An invented resident number with a right check character and an order code from 960 on."""
    first = f"{230103 + number // 40}{born}{960 + number % 40:03d}"
    return first + check_character(first)
