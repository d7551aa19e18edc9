"""People, sections, groups, roles: changes go out as events, contradictions and foreign ids are refused."""

from __future__ import annotations

from typing import Any

import pytest

from common.audit.access import AccessLog
from common.caller import system
from common.events.catalogue.coordination import GroupChanged, PersonChanged, SiteChanged
from common.roles import Role
from common.testing.system import Api, EmbeddedSystem
from tests.unit.coordination.support import API, SAMPLES, Trial, admin, everybody, opened, send


@pytest.fixture
def staffed(two: EmbeddedSystem) -> EmbeddedSystem:
    """Main with its sample list."""
    send(admin(two), "main", (SAMPLES / "staff.xlsx").read_bytes())
    two.settle()
    return two


def person(made: EmbeddedSystem, number: str, site: str = "main") -> dict[str, Any]:
    return everybody(admin(made, site), site)[number]


def told(made: EmbeddedSystem, ident: str) -> list[Any]:
    made.settle()
    return [event for event in made.events("coordination", PersonChanged) if event.subject == ident]


def test_a_person_is_added_changed_and_told_with_a_rising_version(two: EmbeddedSystem) -> None:
    api = admin(two)
    section = api.post(f"{API}/sections", {"site": "main", "name": "信息科"}).get_json()
    body = {
        "site": "main",
        "name": " 江　示安 ",
        "staff_number": "A1",
        "phone": "１３０００００１２３４",
        "section_id": section["id"],
    }
    made = api.post(f"{API}/people", body)
    assert made.status_code == 201
    assert made.get_json()["name"] == "江示安"
    assert made.get_json()["masked_phone"] == "130****1234"
    assert "13000001234" not in made.get_data(as_text=True)
    ident, etag = made.get_json()["id"], made.headers["ETag"]
    changed = api.request("PATCH", f"{API}/people/{ident}", {"post": "科员"}, {"If-Match": etag})
    assert (changed.status_code, changed.get_json()["post"]) == (200, "科员")
    stale = api.request("PATCH", f"{API}/people/{ident}", {"post": "科长"}, {"If-Match": etag})
    assert (stale.status_code, stale.get_json()["code"]) == (412, "edit.stale")
    assert api.request("PATCH", f"{API}/people/{ident}", {"post": "x"}, {"If-Match": "abc"}).status_code == 400
    assert [event.sequence for event in told(two, ident)] == [1, 2]
    assert api.get(f"{API}/people/{ident}").headers["ETag"] == changed.headers["ETag"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"phone": "123"}, "phone.form"),
        ({"document_number": "230103199002309601"}, "document.birth_does_not_exist"),
        ({"name": ""}, "name.empty"),
        ({"staff_number": "002"}, "person.taken"),
        ({"superior_id": "00000000-0000-7000-8000-000000000000"}, "not_found"),
        ({"section_id": "00000000-0000-7000-8000-000000000000"}, "not_found"),
        ({"unknown": 1}, "input.invalid"),
    ],
)
def test_a_wrong_change_is_refused_and_changes_nothing(
    staffed: EmbeddedSystem, change: dict[str, Any], code: str
) -> None:
    before = person(staffed, "013")
    answer = admin(staffed).request("PATCH", f"{API}/people/{before['id']}", change)
    assert answer.status_code in {404, 409, 422}
    assert answer.get_json()["code"] == code
    assert person(staffed, "013") == before


def test_no_chain_of_superiors_comes_back_to_its_beginning(staffed: EmbeddedSystem) -> None:
    people = everybody(admin(staffed), "main")
    for superior in ("001", "005", "013"):
        answer = admin(staffed).request(
            "PATCH", f"{API}/people/{people['001']['id']}", {"superior_id": people[superior]["id"]}
        )
        assert answer.get_json()["code"] == "chart.cycle", superior


def test_the_chart_remembers_who_was_whose_superior_on_which_day(staffed: EmbeddedSystem) -> None:
    people = everybody(admin(staffed), "main")
    ident, old, new = people["013"]["id"], people["005"]["id"], people["006"]["id"]
    staffed.clock.move(days=10)
    api = admin(staffed)
    future = api.request("PATCH", f"{API}/people/{ident}", {"superior_id": new, "first_day": "2021-04-01"})
    assert future.get_json()["code"] == "chart.future"
    assert api.request("PATCH", f"{API}/people/{ident}", {"superior_id": new}).status_code == 200

    def superior_on(day: str) -> str:
        rows = api.get(f"{API}/chart", site="main", day=day).get_json()["items"]
        return str(next(r["holder_id"] for r in rows if r["kind"] == "superior" and r["subject_id"] == ident))

    assert (superior_on("2021-03-10"), superior_on("2021-03-11")) == (old, new)
    assert told(staffed, ident)[-1].data["superior_id"] == new


def test_a_section_has_a_head_and_a_leader_in_charge_of_its_own_site(staffed: EmbeddedSystem) -> None:
    api = admin(staffed)
    people = everybody(api, "main")
    section = next(
        one for one in api.get(f"{API}/sections", site="main").get_json()["items"] if one["name"] == "稽核监督科"
    )
    assert (section["head_id"], section["deputy_id"]) == (people["011"]["id"], people["004"]["id"])
    path = f"{API}/sections/{section['id']}"
    assert api.request("PATCH", path, {"head_id": people["004"]["id"]}).get_json()["code"] == "section.same"
    assert api.request("PATCH", path, {"head_id": None}, {"If-Match": '"7777"'}).status_code == 412
    assert api.request("PATCH", path, {"head_id": None}).get_json()["head_id"] is None
    send(admin(staffed, "branch"), "branch", (SAMPLES / "staff-branch.csv").read_bytes())
    foreign = everybody(admin(staffed, "branch"), "branch")["B01"]["id"]
    assert api.request("PATCH", path, {"head_id": foreign}).status_code == 404
    assert admin(staffed, "branch").request("PATCH", path, {"head_id": foreign}).status_code == 404


def test_foreign_ids_are_not_found_anywhere(staffed: EmbeddedSystem) -> None:
    ours = person(staffed, "013")
    other = staffed.api("branch", Role.ADMIN, Role.SECURITY, Role.COORDINATOR, Role.AUDITOR)
    path = f"{API}/people/{ours['id']}"
    assert other.get(path).status_code == 404
    assert other.request("PATCH", path, {"post": "x"}).status_code == 404
    assert other.post(f"{path}/leaves", {"first_day": "2021-03-01", "last_day": "2021-03-02"}).status_code == 404
    assert other.post(f"{path}/unmasking", {"field": "phone", "purpose": "x"}).status_code == 404
    assert other.post(f"{API}/accounts", {"person_id": ours["id"], "login": "stolen"}).status_code == 404
    grant = {"site": "branch", "role": "monitor", "person_id": ours["id"]}
    assert other.post(f"{API}/grants", grant).status_code == 404
    members = {"members": [{"person_id": ours["id"], "position": "member"}]}
    assert other.request("PATCH", f"{API}/groups/branch/emergency", members).status_code == 404
    assert other.request("PATCH", f"{API}/groups/main/emergency", members).status_code == 403
    for resource in ("people", "sections", "groups", "accounts", "grants", "audit", "protocols/adoptions"):
        assert other.get(f"{API}/{resource}", site="main").status_code == 403, resource
    assert other.get(f"{API}/calendar", site="main", year=2021).status_code == 403
    assert other.get(f"{API}/ledger", site="main", day="2021-03-01").status_code == 403
    assert other.request("PATCH", f"{API}/sites/main", {"name": "x"}).status_code == 403
    assert person(staffed, "013") == ours


def test_who_works_at_two_sites_mixes_nobody_of_them(staffed: EmbeddedSystem) -> None:
    send(admin(staffed, "branch"), "branch", (SAMPLES / "staff-branch.csv").read_bytes())
    ours, theirs = person(staffed, "013")["id"], person(staffed, "B05", "branch")["id"]
    api = Api(staffed, staffed.token({site: [Role.ADMIN, Role.SECURITY] for site in ("main", "branch")}))
    section = api.get(f"{API}/sections", site="main").get_json()["items"][1]["id"]
    foreign_section = api.get(f"{API}/sections", site="branch").get_json()["items"][1]["id"]
    changes: list[tuple[str, dict[str, Any]]] = [
        (f"people/{ours}", {"superior_id": theirs}),
        (f"people/{ours}", {"section_id": foreign_section}),
        (f"sections/{section}", {"head_id": theirs}),
        ("groups/main/emergency", {"members": [{"person_id": theirs, "position": "member"}]}),
        ("groups/main/emergency", {"leader_in_charge": theirs}),
    ]
    for path, change in changes:
        assert api.request("PATCH", f"{API}/{path}", change).status_code == 404, path
    grant = {"site": "main", "role": "monitor", "person_id": theirs}
    assert api.post(f"{API}/grants", grant).status_code == 404


def test_lists_go_on_by_key_and_find_by_name_initials_and_number(staffed: EmbeddedSystem) -> None:
    api = admin(staffed)
    seen: list[str] = []
    after = None
    while True:
        page = api.get(f"{API}/people", site="main", limit=25, after=after).get_json()
        seen += [one["staff_number"] for one in page["items"]]
        after = page["next"]
        if after is None:
            break
    assert seen == [f"{n:03d}" for n in range(1, 61)]
    wanted = person(staffed, "014")
    for q in (wanted["name"], wanted["name"][:1], "014"):
        found = api.get(f"{API}/people", site="main", q=q).get_json()["items"]
        assert wanted["id"] in {one["id"] for one in found}
    assert api.get(f"{API}/people", site="main", after="nonsense").status_code == 422
    assert api.get(f"{API}/people", site="main", limit=100000).status_code == 422


def test_a_value_in_clear_is_for_two_groups_and_stands_in_the_access_log(staffed: EmbeddedSystem) -> None:
    ident = person(staffed, "013")["id"]
    ask = {"field": "phone", "purpose": "通知发热门诊"}
    path = f"{API}/people/{ident}/unmasking"
    assert admin(staffed).post(path, ask).status_code == 403
    assert staffed.api("main", Role.MONITOR).post(path, ask).status_code == 403
    group = staffed.api("main", Role.COORDINATOR)
    assert group.post(path, {"field": "phone", "purpose": "  "}).status_code == 422
    assert group.post(path, {"field": "name", "purpose": "x"}).status_code == 422
    answer = group.post(path, ask)
    assert len(answer.get_json()["value"]) == 11

    def logged(op: Any) -> list[tuple[str, str, str]]:
        return [(row.subject, row.field, row.purpose) for row in op.db.query(AccessLog).all()]

    rows = staffed.hosts["coordination"].run_system(logged, system("test"))
    assert rows == [(f"staff:{ident}", "phone", "通知发热门诊")]


def test_an_administrator_unmasks_in_a_trial_alone(trial: Trial) -> None:
    ident = everybody(trial.system.api("main", Role.ADMIN), "main")["013"]["id"]
    ask = {"field": "document_number", "purpose": "核对"}
    assert admin(trial.system).post(f"{API}/people/{ident}/unmasking", ask).status_code == 200
    opened(trial.system, "real")
    refused = admin(trial.system, "real").request("PATCH", f"{API}/sites/real", {"settings": {"admins_unmask": True}})
    assert refused.get_json()["code"] == "site.admins_unmask"


def test_membership_gives_and_takes_roles_and_ends_sessions(staffed: EmbeddedSystem) -> None:
    api, ident = admin(staffed), person(staffed, "018")["id"]
    group = next(one for one in api.get(f"{API}/groups", site="main").get_json()["items"] if one["code"] == "emergency")
    members = [{"person_id": one["person_id"], "position": one["position"]} for one in group["members"]]
    path, etag = f"{API}/groups/main/emergency", {"If-Match": f'"{group["version"]}"'}
    more = {"members": [*members, {"person_id": ident, "position": "组员"}]}
    assert api.request("PATCH", path, more, etag).status_code == 200
    assert api.request("PATCH", path, more, etag).status_code == 412
    assert person(staffed, "018")["roles"] == ["emergency"]
    assert told(staffed, ident)[-1].data["roles"] == ["emergency"]
    assert api.request("PATCH", path, {"members": members}).status_code == 200
    assert person(staffed, "018")["roles"] == []
    two_leaders = [{**one, "position": "leader"} for one in members]
    assert api.request("PATCH", path, {"members": two_leaders}).get_json()["code"] == "group.leaders"
    staffed.settle()
    last = [e for e in staffed.events("coordination", GroupChanged) if e.subject == "emergency"][-1]
    assert len(last.data["members"]) == len(members)


def test_what_a_group_gives_may_be_changed_but_no_administrator_comes_of_it(staffed: EmbeddedSystem) -> None:
    api, path = admin(staffed), f"{API}/groups/main/sanitation"
    assert api.request("PATCH", path, {"roles": ["sanitation", "storekeeper"]}).status_code == 200
    assert person(staffed, "020")["roles"] == ["sanitation", "storekeeper"]
    for role in ("admin", "security", "auditor", "regional", "king"):
        assert api.request("PATCH", path, {"roles": [role]}).get_json()["code"] == "group.role"


def test_nobody_changes_his_own_roles_or_groups(staffed: EmbeddedSystem) -> None:
    ident = person(staffed, "018")["id"]
    mine = {"members": [{"person_id": ident, "position": "member"}]}
    own = admin(staffed, account=f"staff:{ident}").request("PATCH", f"{API}/groups/main/office", mine)
    assert (own.status_code, own.get_json()["code"]) == (403, "grant.own")
    security = staffed.api("main", Role.SECURITY, account=f"staff:{ident}")
    grant = {"site": "main", "role": "leader", "person_id": ident}
    assert security.post(f"{API}/grants", grant).get_json()["code"] == "grant.own"
    assert admin(staffed).post(f"{API}/grants", grant).status_code == 403
    assert staffed.api("main", Role.AUDITOR).post(f"{API}/grants", grant).status_code == 403


def test_the_three_administrators_are_three_people(staffed: EmbeddedSystem) -> None:
    security, ident = staffed.api("main", Role.SECURITY), person(staffed, "018")["id"]
    give = {"site": "main", "person_id": ident}
    assert security.post(f"{API}/grants", {**give, "role": "admin"}).status_code == 201
    for role in ("security", "auditor"):
        refused = security.post(f"{API}/grants", {**give, "role": role})
        assert (refused.status_code, refused.get_json()["code"]) == (409, "grant.separate")
    assert security.post(f"{API}/grants", {**give, "role": "leader"}).status_code == 201
    assert security.post(f"{API}/grants", {"site": "branch", "person_id": ident, "role": "leader"}).status_code == 403


def test_a_role_taken_ends_sessions_and_stays_withheld_though_the_group_gives_it(trial: Trial) -> None:
    guard, made = trial.api("main-monitor"), trial.system
    security = made.api("main", Role.SECURITY)
    accounts = security.get(f"{API}/accounts", site="main", limit=500).get_json()["items"]
    ident = next(one["id"] for one in accounts if one["login"] == "main-monitor")
    assert security.request("DELETE", f"{API}/grants/main/{ident}/monitor").status_code == 204
    assert security.request("DELETE", f"{API}/grants/main/{ident}/monitor").status_code == 404
    assert guard.get(f"{API}/sites").status_code == 401
    denied = trial.try_in("main-monitor", trial.accounts["main-monitor"]["password"])
    assert (denied.status_code, denied.get_json()["code"]) == (403, "sign_in.no_roles")
    assert security.post(f"{API}/grants", {"site": "main", "person_id": ident, "role": "monitor"}).status_code == 201
    assert trial.api("main-monitor").get(f"{API}/sites").status_code == 200


def test_a_guard_at_one_site_may_be_an_auditor_at_another(trial: Trial) -> None:
    branch = trial.system.api("branch", Role.SECURITY)
    given = branch.post(f"{API}/grants", {"site": "branch", "login": "main-monitor", "role": "auditor"})
    assert given.status_code == 201
    both = trial.api("main-monitor")
    assert both.get(f"{API}/audit", site="branch").status_code == 200
    assert both.get(f"{API}/audit", site="main").status_code == 403
    assert branch.post(f"{API}/grants", {"site": "branch", "login": "nobody", "role": "auditor"}).status_code == 404


def test_a_leave_is_told_once_it_is_entered_and_when_it_is_taken_out(staffed: EmbeddedSystem) -> None:
    api, ident = admin(staffed), person(staffed, "013")["id"]
    path = f"{API}/people/{ident}/leaves"
    days = {"first_day": "2021-03-08", "last_day": "2021-03-12", "reason": "年休假"}
    made = api.post(path, days)
    assert made.status_code == 201
    assert api.post(path, days).status_code == 409
    assert api.post(path, {**days, "last_day": "2021-03-01"}).status_code == 422
    assert told(staffed, ident)[-1].data["leaves"][0]["first_day"] == "2021-03-08"
    leave = made.get_json()["leaves"][0]["id"]
    assert api.request("DELETE", f"{path}/{leave}").get_json()["leaves"] == []


def test_who_leaves_the_bureau_leaves_its_groups(staffed: EmbeddedSystem) -> None:
    gone = person(staffed, "014")
    assert gone["roles"] == ["monitor"]
    admin(staffed).request("PATCH", f"{API}/people/{gone['id']}", {"active": False})
    after = admin(staffed).get(f"{API}/people/{gone['id']}").get_json()
    assert (after["groups"], after["roles"], after["active"]) == ([], [], False)
    assert told(staffed, gone["id"])[-1].data["active"] is False


def test_a_site_changes_with_a_rising_version_and_wrong_words_are_refused(two: EmbeddedSystem) -> None:
    api, path = admin(two), f"{API}/sites/main"
    etag = api.get(path).headers["ETag"]
    phones = {"settings": {"phones": {"cdc": "13000000001", "emergency_120": "120"}, "register_due": "17:00"}}
    changed = api.request("PATCH", path, phones, {"If-Match": etag})
    assert changed.get_json()["settings"]["register_due"] == "17:00:00"
    assert api.request("PATCH", path, phones, {"If-Match": etag}).status_code == 412
    refused: list[dict[str, Any]] = [
        {"phonez": {}},
        {"phones": {"mum": "120"}},
        {"phones": {"cdc": "12"}},
        {"retention": {"checks": 1}},
    ]
    for wrong in refused:
        assert api.request("PATCH", path, {"settings": wrong}).status_code == 422, wrong
    assert api.request("PATCH", path, {"timezone": "Mars/Olympus"}).get_json()["code"] == "day.zone"
    assert two.api("main", Role.COORDINATOR).request("PATCH", path, phones).status_code == 403
    two.settle()
    events = [event for event in two.events("coordination", SiteChanged) if event.subject == "main"]
    assert [event.sequence for event in events] == [1, 2]
