"""What the tests of coordination share: a system with one site or the trial, and a spreadsheet to send."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from werkzeug.test import Client

from common.caller import system
from common.events.catalogue.screening import EntranceChanged, RegisterSealed
from common.roles import Role
from common.tables import OutSheet, write_xlsx
from common.testing.system import Api, EmbeddedSystem
from coordination.usecases.protocols import adopt_protocol
from coordination.usecases.sites import open_site

API = "/coordination/api/v1"
SAMPLES = Path(__file__).resolve().parents[4] / "shared" / "samples"
HEAD = ["工号", "姓名", "科室", "职务", "直接上级", "手机", "证件类型", "证件号码", "工作组", "组内职务", "备注"]
BOSS = ["001", "江示安", "局领导", "局长", "", "13000000001", "", "", "领导小组", "组长", ""]


class Trial:
    """The trial with its sign-ins by login."""

    def __init__(self, made: EmbeddedSystem, accounts: list[dict[str, Any]]) -> None:
        self.system = made
        self.accounts = {one["login"]: one for one in accounts}

    def try_in(self, login: str, password: str, address: str = "10.0.0.1") -> Any:
        """Tries to sign in from an address."""
        client = Client(self.system.wsgi)
        return client.post(
            f"{API}/sessions",
            json={"login": login, "password": password},
            environ_overrides={"REMOTE_ADDR": address},
        )

    def token(self, login: str) -> str:
        """A session of an account."""
        answer = self.try_in(login, self.accounts[login]["password"])
        assert answer.status_code == 201, answer.get_data(as_text=True)
        return str(answer.get_json()["access_token"])

    def api(self, login: str) -> Api:
        """A program signed in to an account."""
        return Api(self.system, self.token(login))


def opened(made: EmbeddedSystem, *codes: str, trial: bool = False, **settings: Any) -> EmbeddedSystem:
    """Opens sites as their operator does."""
    host = made.hosts["coordination"]
    for code in codes:
        host.run_system(
            open_site, system("coordination"), code=code, name=f"测试单位{code}", trial=trial, settings=settings
        )
    made.settle()
    return made


def adopt(made: EmbeddedSystem, site: str, code: str, **period: Any) -> Any:
    """Adopts a protocol as the operator does."""
    return made.hosts["coordination"].run_system(
        adopt_protocol, system("coordination"), site=site, protocol=code, **period
    )


def expected(name: str) -> dict[str, Any]:
    """What a sample must give."""
    found: dict[str, Any] = json.loads((SAMPLES / "expected.json").read_text(encoding="utf-8"))[name]
    return found


def send(api: Api, site: str, data: bytes, name: str = "list.xlsx", **fields: Any) -> Any:
    """Sends a staff list."""
    return api.upload(f"{API}/imports", data, name, site=site, **fields)


def workbook(*rows: list[Any], head: list[str] = HEAD) -> bytes:
    """A staff list of the form's columns."""
    return write_xlsx([OutSheet("名单", head, rows)])


def everybody(api: Api, site: str) -> dict[str, dict[str, Any]]:
    """People of a site by staff number."""
    answer = api.get(f"{API}/people", site=site, limit=500).get_json()
    return {person["staff_number"] or person["id"]: person for person in answer["items"]}


def admin(made: EmbeddedSystem, site: str = "main", **options: Any) -> Api:
    """A system administrator."""
    return made.api(site, Role.ADMIN, **options)


def entrance(ident: str = "e-1", **more: Any) -> EntranceChanged:
    """An entrance that is open on working days."""
    state = {
        "entrance_id": ident, "code": "main", "name": "正门", "hall": "办公楼", "active": True,
        "opening": {"working": ["08:00", "17:30"]}, "opened_on": "2020-01-01", **more,
    }  # fmt: skip
    return EntranceChanged.model_validate(state)


def sealed(day: str, at: str, ident: str = "e-1", version: int = 1, **more: Any) -> RegisterSealed:
    """A sealed register."""
    state = {
        "register_id": f"r-{ident}-{day}", "entrance_id": ident, "entrance_code": "main", "entrance_name": "正门",
        "day": day, "version": version, "head": f"h{version}", "previous": None, "sealed_at": at,
        "signers": ["staff:1"], "counts": {"total": 12}, **more,
    }  # fmt: skip
    return RegisterSealed.model_validate(state)
