"""Who may see and do what: other sites' incidents are not there, particulars are masked until a purpose is stated."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from common.audit.access import AccessLog
from common.caller import system
from common.op import Op
from common.roles import Role
from tests.unit.isolation.conftest import API, Bureau

READERS = (Role.EMERGENCY, Role.COORDINATOR, Role.LEADER, Role.AUDITOR)
NO_READERS = tuple(role for role in Role if role not in READERS)


def looks(bureau: Bureau) -> list[tuple[str, str, str]]:
    def read(op: Op) -> list[tuple[str, str, str]]:
        rows = op.db.scalars(select(AccessLog).order_by(AccessLog.id))
        return [(row.purpose, row.field, row.actor.split(":")[0]) for row in rows]

    return bureau.system.hosts["isolation"].run_system(read, system("isolation"))


FOREIGN: list[tuple[str, str, dict[str, str] | None]] = [
    ("GET", "/incidents/{id}", None),
    ("GET", "/incidents/by-check/{check}", None),
    ("GET", "/incidents/{id}/links", None),
    ("POST", "/incidents/{id}/steps/isolate", {}),
    ("POST", "/incidents/{id}/notes", {"text": "x"}),
    ("POST", "/incidents/{id}/closure", {"outcome": "left", "reason": "x"}),
    ("POST", "/incidents/{id}/reopening", {"reason": "x"}),
    ("POST", "/incidents/{id}/links", {"incident_id": "{mine}"}),
    ("POST", "/incidents/{mine}/links", {"incident_id": "{id}"}),
    ("DELETE", "/incidents/{id}/links/{mine}", None),
    ("DELETE", "/incidents/{mine}/links/{id}", None),
    ("POST", "/incidents/{id}/particulars", {"purpose": "x"}),
]


@pytest.mark.parametrize(("method", "path", "body"), FOREIGN)
def test_an_incident_of_another_site_is_not_there(bureau: Bureau, method: str, path: str, body: dict | None) -> None:
    check = bureau.held()
    ids = {"id": bureau.incident(check)["id"], "check": check}
    branch = bureau.api(*Role, site="branch")
    mine = bureau.held(site="branch")
    ids["mine"] = branch.get(f"{API}/incidents/by-check/{mine}").get_json()["id"]
    sent = {key: value.format(**ids) for key, value in body.items()} if body is not None else None
    answer = branch.request(method, API + path.format(**ids), sent)
    assert answer.status_code == 404, answer.text
    assert "王" not in answer.text
    nothing = path.replace("{id}", "0" * 36).replace("{check}", "0" * 36).format(**ids)
    if "{id}" in path or "{check}" in path:
        assert branch.request(method, API + nothing, sent).status_code == 404
    assert bureau.incident(check)["version"] == 2


def test_every_route_about_one_incident_is_tried_with_a_foreign_one(bureau: Bureau) -> None:
    app = bureau.system.apps["isolation"]
    routes = {
        (method, re.sub(r"<(?:\w+:)?(\w+)>", "*", rule.rule.removeprefix("/api/v1")))
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1/incidents/")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    tried = {(method, re.sub(r"{\w+}|(?<=steps/)\w+", "*", path)) for method, path, _ in FOREIGN}
    assert routes == tried


def test_lists_are_of_ones_own_sites(bureau: Bureau) -> None:
    bureau.held()
    branch = bureau.api(*Role, site="branch")
    assert branch.get(f"{API}/incidents").get_json()["items"] == []
    assert branch.get(f"{API}/incidents", site="main").status_code == 403
    refused = branch.post(f"{API}/incidents", {"site": "main", "place": "大厅", "note": "x"})
    assert (refused.status_code, refused.get_json()["field"]) == (403, "site")


@pytest.mark.parametrize("role", NO_READERS)
def test_others_read_nothing(bureau: Bureau, role: Role) -> None:
    incident = bureau.incident(bureau.held())
    for path in ("/incidents", f"/incidents/{incident['id']}", f"/incidents/by-check/{incident['check_id']}"):
        assert bureau.api(role).get(API + path).status_code == 403


@pytest.mark.parametrize("role", READERS)
def test_readers_see_masked_particulars_alone(bureau: Bureau, role: Role) -> None:
    incident = bureau.incident(bureau.held())
    for path in ("/incidents", f"/incidents/{incident['id']}"):
        answer = bureau.api(role).get(API + path)
        assert answer.status_code == 200
        for secret in ("王小明", "13800000001", "E12345678"):
            assert secret not in answer.text


def test_particulars_are_shown_for_a_purpose_and_written_down(bureau: Bureau) -> None:
    path = f"{API}/incidents/{bureau.incident(bureau.held())['id']}/particulars"
    for role in (Role.LEADER, Role.AUDITOR):
        assert bureau.api(role).post(path, {"purpose": "好奇"}).status_code == 403
    assert bureau.api().post(path, {"purpose": "  "}).status_code == 422
    assert looks(bureau) == []
    phone = bureau.api().post(path, {"purpose": "联系本人", "fields": ["phone"]}).get_json()
    assert phone == {"name": None, "phone": "13800000001", "document_type": None, "document_number": None}
    whole = bureau.api(Role.COORDINATOR).post(path, {"purpose": "上报疾控"}).get_json()
    assert (whole["name"], whole["document_number"]) == ("王小明", "E12345678")
    assert looks(bureau) == [
        ("联系本人", "phone", "staff"), ("上报疾控", "name", "staff"), ("上报疾控", "phone", "staff"),
        ("上报疾控", "document", "staff"),
    ]  # fmt: skip
    assert bureau.api().get(path).status_code == 405


def test_particulars_are_not_readable_in_the_database_file(bureau: Bureau) -> None:
    check = bureau.held()
    incident = bureau.incident(check)
    bureau.record(incident, "authority", note="王小明由陈主任接走", receipt="陈主任")
    bureau.system.settle()
    bureau.system.close()
    for file in bureau.system.settings.data.glob("isolation.db*"):
        content = file.read_bytes()
        for secret in ("王小明", "13800000001", "E12345678", "陈主任"):
            assert secret.encode() not in content
