"""Staff lists: the samples line by line and twice, and what can be wrong with lines."""

from __future__ import annotations

import io
from typing import Any

import openpyxl

from common.events.catalogue.coordination import GroupChanged, PersonChanged
from common.roles import Role
from common.secrets.sealed import unseal
from common.testing.system import EmbeddedSystem
from coordination.domain.groups import GROUPS, POSITION_WORDS
from tests.unit.coordination.support import API, BOSS, HEAD, SAMPLES, admin, everybody, expected, send, workbook


def groups_of(person: dict[str, Any]) -> list[str]:
    return sorted(f"{GROUPS[one['group']].zh}:{POSITION_WORDS[one['position']]}" for one in person["groups"])


def test_the_main_list_goes_in_line_by_line_and_twice(two: EmbeddedSystem) -> None:
    told = expected("staff.xlsx")
    data = (SAMPLES / "staff.xlsx").read_bytes()
    api = admin(two)
    answer = send(api, "main", data, "staff.xlsx")
    assert answer.status_code == 200
    outcome = answer.get_json()
    totals = {name: outcome[name] for name in ("accepted", "refused", "sections", "groups")}
    assert totals == told["totals"]
    assert (outcome["rows"], outcome["unchanged"], outcome["skipped"], outcome["warnings"]) == ([], 0, 0, 0)
    people = everybody(api, "main")
    assert len(people) == 60
    numbers = {person["id"]: number for number, person in people.items()}
    for row in told["rows"]:
        person = people[row["staff"]]
        assert numbers.get(person["superior_id"]) == row.get("superior"), row
        assert groups_of(person) == sorted(row["groups"]), row
    same_name = [people["022"], people["035"]]
    assert same_name[0]["name"] == same_name[1]["name"]
    assert same_name[0]["id"] != same_name[1]["id"]
    two.settle()
    before = len(two.events("coordination"))
    assert len(two.events("coordination", PersonChanged)) == 60
    again = send(api, "main", data, "staff.xlsx").get_json()
    assert (again["accepted"], again["unchanged"], again["refused"]) == (0, 60, 0)
    assert again["id"] == outcome["id"]
    two.settle()
    assert len(two.events("coordination")) == before
    assert everybody(api, "main") == people


def test_the_branch_list_with_a_vacancy_and_a_leave(two: EmbeddedSystem) -> None:
    data = (SAMPLES / "staff-branch.csv").read_bytes()
    api = admin(two, "branch")
    outcome = send(api, "branch", data, "staff-branch.csv").get_json()
    told = {name: outcome[name] for name in ("accepted", "refused", "vacancies", "on_leave", "sections")}
    totals = expected("staff-branch.csv")["totals"]
    assert told == {name: totals[name] for name in told}
    assert outcome["skipped"] == totals["skipped_lines"]
    people = everybody(api, "branch")
    leave = people["B04"]["leaves"][0]
    assert (leave["first_day"], leave["last_day"], leave["reason"]) == ("2021-02-22", "2021-03-21", "病假")
    sections = {one["name"]: one for one in api.get(f"{API}/sections", site="branch").get_json()["items"]}
    assert sections["稽核科"]["head_id"] is None
    assert sections["稽核科"]["vacant_post"] == "科长"
    assert sections["稽核科"]["deputy_id"] == people["B02"]["id"]
    assert sections["业务科"]["head_id"] == people["B04"]["id"]
    assert {people[f"B{n:02d}"]["superior_id"] for n in (12, 13, 14)} == {people["B02"]["id"]}
    two.settle()
    event = next(e for e in two.events("coordination", PersonChanged) if e.subject == people["B04"]["id"])
    assert event.data["leaves"][0]["last_day"] == "2021-03-21"
    again = send(api, "branch", data, "staff-branch.csv").get_json()
    assert (again["accepted"], again["unchanged"], again["skipped"]) == (0, 14, 1)


def test_the_branch_is_never_seen_at_main(two: EmbeddedSystem) -> None:
    data = (SAMPLES / "staff-branch.csv").read_bytes()
    assert send(admin(two), "branch", data).status_code == 403
    send(admin(two, "branch"), "branch", data)
    assert everybody(admin(two), "main") == {}
    assert admin(two).get(f"{API}/people").get_json()["items"] == []
    assert admin(two).get(f"{API}/people", site="branch").status_code == 403


def test_roles_follow_groups_and_particulars_travel_sealed(two: EmbeddedSystem) -> None:
    send(admin(two), "main", (SAMPLES / "staff.xlsx").read_bytes())
    two.settle()
    people = everybody(admin(two), "main")
    assert people["014"]["roles"] == ["monitor"]
    assert people["015"]["roles"] == ["emergency"]
    assert people["003"]["roles"] == ["emergency", "leader", "supervisor"]
    event = next(e for e in two.events("coordination", PersonChanged) if e.data["staff_number"] == "014")
    assert event.data["roles"] == ["monitor"]
    inside = unseal(event.data["sealed"], event.id)
    assert inside["name"] == people["014"]["name"]
    assert len(inside["phone"]) == 11
    assert inside["document_type"] == "resident_id"
    assert inside["phone"] not in event.to_json()
    assert inside["document_number"] not in event.to_json()
    emergency = [e for e in two.events("coordination", GroupChanged) if e.subject == "emergency"][-1]
    leaders = [one["person_id"] for one in emergency.data["members"] if one["position"] == "leader"]
    assert leaders == [people["003"]["id"]]
    assert emergency.data["leader_in_charge"] == people["001"]["id"]


def test_a_dry_run_stores_nothing(two: EmbeddedSystem) -> None:
    two.settle()
    before = len(two.events("coordination"))
    outcome = send(admin(two), "main", (SAMPLES / "staff.xlsx").read_bytes(), dry_run="true").get_json()
    assert (outcome["accepted"], outcome["id"], outcome["dry_run"]) == (60, None, True)
    two.settle()
    assert everybody(admin(two), "main") == {}
    assert len(two.events("coordination")) == before


def wrong(**cells: Any) -> list[Any]:
    row = dict(zip(HEAD, ["002", "秦例和", "一科", "科员", "江示安", "13000000002", "", "", "", "", ""], strict=True))
    return list({**row, **cells}.values())


WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"工号": ""}, "工号", "staff_number.empty"),
    ({"工号": "0 2"}, "工号", "staff_number.form"),
    ({"工号": "001"}, "工号", "list.twice"),
    ({"姓名": ""}, "姓名", "name.empty"),
    ({"科室": ""}, "科室", "section.empty"),
    ({"手机": "1300000000"}, "手机", "phone.length"),
    ({"证件号码": "230103199002309601"}, "证件号码", "document.birth_does_not_exist"),
    ({"证件号码": 230103199002109601}, "证件号码", "document.stored_as_number"),
    ({"证件类型": "月票", "证件号码": "X1234567"}, "证件类型", "document.kind"),
    ({"工作组": "足球组", "组内职务": "组员"}, "工作组", "group.unknown"),
    ({"工作组": "应急组", "组内职务": "前锋"}, "组内职务", "group.position"),
    ({"工作组": "应急组,领导小组", "组内职务": "组员"}, "组内职务", "group.lists"),
    ({"工作组": "应急组,应急组", "组内职务": "组员,组长"}, "工作组", "group.twice"),
    ({"备注": "病假（2021-03-09至2021-03-01）"}, "备注", "leave.period"),
    ({"直接上级": "秦例和"}, "直接上级", "chart.cycle"),
]


def test_each_wrong_line_is_refused_alone_with_its_reason(two: EmbeddedSystem) -> None:
    api = admin(two)
    for cells, field, code in WRONG:
        outcome = send(api, "main", workbook(BOSS, wrong(**cells)), dry_run="true").get_json()
        assert (outcome["accepted"], outcome["refused"]) == (1, 1), code
        row = outcome["rows"][0]
        told = (row["sheet"], row["line"], row["outcome"], row["field"], row["code"])
        assert told == ("名单", 3, "refused", field, code)


def test_an_unknown_or_doubtful_superior_is_a_warning(two: EmbeddedSystem) -> None:
    twins = [["003", "顾示和", "一科", "科员"], ["004", "顾示和", "二科", "科员"]]
    rows = [one + [""] * 7 for one in twins]
    rows += [
        ["005", "侯例安", "三科", "科员", "顾示和", *[""] * 6],
        ["006", "邵例安", "三科", "科员", "龙示和", *[""] * 6],
    ]
    rows += [["007", "孟例安", "三科", "科员", "顾示和(004)", *[""] * 6]]
    outcome = send(admin(two), "main", workbook(*rows)).get_json()
    assert (outcome["accepted"], outcome["warnings"]) == (5, 2)
    assert [row["code"] for row in outcome["rows"]] == ["superior.several", "superior.unknown"]
    people = everybody(admin(two), "main")
    assert people["005"]["superior_id"] is None
    assert people["007"]["superior_id"] == people["004"]["id"]
    assert send(admin(two), "main", workbook(*rows)).get_json()["unchanged"] == 5


def test_a_circle_of_superiors_is_refused_as_a_whole(two: EmbeddedSystem) -> None:
    names = ["江示安", "秦示安", "史示安"]
    rows = [[f"00{n}", names[n], "一科", "科员", names[(n + 1) % 3], *[""] * 6] for n in range(3)]
    outcome = send(admin(two), "main", workbook(*rows, ["009", "侯例安", "一科", "科员", *[""] * 7])).get_json()
    assert (outcome["accepted"], outcome["refused"]) == (1, 3)
    assert {row["code"] for row in outcome["rows"]} == {"chart.cycle"}


def test_a_staff_number_of_somebody_else_is_refused_and_a_new_number_of_the_same_document_is_a_move(
    two: EmbeddedSystem,
) -> None:
    paper = "230103199002109602"
    first = ["002", "秦例和", "一科", "科员", "", "", "居民身份证", _checked(paper), "", "", ""]
    send(admin(two), "main", workbook(first))
    other = ["002", "史例和", "一科", "科员", "", "", "", "", "", "", ""]
    refused = send(admin(two), "main", workbook(other)).get_json()
    assert refused["rows"][0]["code"] == "staff_number.name"
    moved = send(admin(two), "main", workbook(["102", *first[1:]])).get_json()
    assert (moved["accepted"], moved["refused"]) == (1, 0)
    assert list(everybody(admin(two), "main")) == ["102"]


def _checked(number: str) -> str:
    from common.civil.document import check_character

    return number[:17] + check_character(number[:17])


def test_refused_rows_come_back_as_a_file_that_goes_in_after_correction(two: EmbeddedSystem) -> None:
    api = admin(two)
    outcome = send(api, "main", workbook(BOSS, wrong(手机="12"))).get_json()
    answer = api.get(f"{API}/imports/{outcome['id']}/refused")
    assert answer.status_code == 200
    book = openpyxl.load_workbook(io.BytesIO(answer.data))
    sheet = book.worksheets[0]
    assert sheet.max_row == 2
    assert "[3]" in str(sheet.cell(2, len(HEAD) + 1).value)
    sheet.cell(2, HEAD.index("手机") + 1).value = "13000000002"
    corrected = io.BytesIO()
    book.save(corrected)
    again = send(api, "main", corrected.getvalue()).get_json()
    assert (again["accepted"], again["refused"]) == (1, 0)
    assert two.api("branch", Role.ADMIN).get(f"{API}/imports/{outcome['id']}/refused").status_code == 404
    two.tick(days=31)
    assert two.api("main", Role.ADMIN).get(f"{API}/imports/{outcome['id']}/refused").status_code == 404


def test_a_file_that_cannot_be_read_stores_nothing(two: EmbeddedSystem) -> None:
    for data in (b"", b"\x00\x01", b"PK\x03\x04 cut off", "姓名,体温\n甲,36.5\n".encode()):
        answer = send(admin(two), "main", data)
        assert answer.status_code == 422
        assert answer.get_json()["code"].startswith("tables.")
    assert everybody(admin(two), "main") == {}


def test_nobody_gives_himself_a_group_by_a_list(two: EmbeddedSystem) -> None:
    send(admin(two), "main", workbook(wrong()))
    me = everybody(admin(two), "main")["002"]["id"]
    outcome = send(
        admin(two, account=f"staff:{me}"), "main", workbook(wrong(工作组="应急组", 组内职务="组员", 直接上级=""))
    ).get_json()
    assert (outcome["refused"], outcome["rows"][0]["code"]) == (1, "grant.own")
    assert everybody(admin(two), "main")["002"]["roles"] == []


def test_a_contractor_has_a_company_and_a_column_that_is_missing_changes_nothing(two: EmbeddedSystem) -> None:
    head = ["工号", "姓名", "科室", "所属公司", "手机"]
    send(admin(two), "main", workbook(["W1", "秦例和", "一科", "示例保洁公司", "13000000002"], head=head))
    assert everybody(admin(two), "main")["W1"]["kind"] == "contractor"
    short = send(admin(two), "main", workbook(["W1", "秦例和", "一科"], head=head[:3])).get_json()
    assert short["unchanged"] == 1
    assert everybody(admin(two), "main")["W1"]["masked_phone"] == "130****0002"
