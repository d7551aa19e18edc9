"""A check over HTTP: decisions, bad input, idempotency, days, people."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from common.civil.document import check_character
from common.events.catalogue.screening import CheckHeld, CheckRecorded
from common.host import count_statements
from common.ids import new_id
from common.roles import Role
from common.secrets.blind import person_key
from common.secrets.sealed import unseal

BASE = "/screening/api/v1"


def resident_of(number: int) -> str:
    first = f"{230103 + number // 40}19800101{960 + number % 40:03d}"
    return first + check_character(first)


def visitor(number: int, name: str = "王明", **more: Any) -> dict[str, Any]:
    return {"kind": "visitor", "name": name, "document_number": resident_of(number), **more}


def test_a_good_reading_is_admitted_and_told(place: Any) -> None:
    answer = place.check("a-1", person=visitor(1, phone="13800001234"))
    assert answer.status_code == 201
    told = answer.get_json()
    assert (told["decision"], told["reasons"], told["decision_words"]) == ("admit", [], "放行")
    place.system.settle()
    events = place.system.events("screening", CheckRecorded)
    assert [event.data["check_id"] for event in events] == [told["id"]]
    assert not place.system.events("screening", CheckHeld)
    text = str(events[0].data)
    assert "13800001234" not in text
    assert "王明" not in text


def test_a_fever_is_held_and_its_particulars_travel_sealed(place: Any) -> None:
    answer = place.check(
        "a-1",
        person=visitor(1, phone="138 0000 1234", company="测试公司"),
        reading=37.3,
        mask=False,
        purpose="退休审批",
    ).get_json()
    assert (answer["decision"], answer["reasons"]) == ("hold", ["fever"])
    place.system.settle()
    (event,) = place.system.events("screening", CheckHeld)
    told = CheckHeld.model_validate(event.data)
    assert str(told.reading) == "37.3"
    assert told.fever
    assert told.person_key == person_key("resident_id", resident_of(1))
    assert "王明" not in event.to_json()
    assert unseal(told.sealed, event.id) == {
        "name": "王明",
        "phone": "13800001234",
        "document_type": "resident_id",
        "document_number": resident_of(1),
        "company": "测试公司",
        "purpose": "退休审批",
    }


@pytest.mark.parametrize(
    ("reading", "decision"),
    [
        ("37,3", "hold"),
        ("３７．３", "hold"),
        ("37.3℃", "hold"),
        (" 37.3 ", "hold"),
        (37.3, "hold"),
        (37.300000000000004, "hold"),
        ("37.2", "admit"),
        ("37.29", "admit"),
        ("37.20", "admit"),
        (36, "admit"),
        ("34.8", "admit"),
    ],
)
def test_readings_as_people_write_them(place: Any, reading: Any, decision: str) -> None:
    assert place.check(reading=reading).get_json()["decision"] == decision


@pytest.mark.parametrize(
    "reading",
    [
        "NaN",
        "inf",
        "-inf",
        "0",
        0,
        "3.73",
        "373",
        "99.1F",
        "正常",
        "33.9",
        "43.1",
        -36.5,
        True,
        [],
        {},
        "36.555",
        1e308,
    ],
)
def test_what_is_no_reading_is_refused_and_nothing_stored(place: Any, reading: Any) -> None:
    answer = place.check(reading=reading)
    assert answer.status_code == 422
    assert answer.get_json()["field"] == "reading"
    assert place.guard.get(f"{BASE}/checks", site="main").get_json()["items"] == []


@pytest.mark.parametrize("reading", [None, "", "  "])
def test_an_empty_reading_is_not_measured_and_never_zero(place: Any, reading: Any) -> None:
    answer = place.check(reading=reading)
    assert (answer.status_code, answer.get_json()["code"]) == (422, "reading.not_measured")


def test_a_bare_nan_in_the_body_is_refused(place: Any) -> None:
    answer = place.guard._client.post(
        f"{BASE}/checks",
        data='{"site":"main","entrance":"main","reading":NaN,"mask":true}',
        content_type="application/json",
        headers=place.guard._headers,
    )
    assert answer.status_code in {400, 422}


@pytest.mark.parametrize(
    ("body", "decision", "reasons"),
    [
        ({"mask": False}, "refuse", ["no_mask"]),
        ({"reading": None, "refused_measurement": True}, "refuse", ["refused_measurement"]),
        ({"reading": None, "refused_measurement": True, "mask": None}, "refuse", ["refused_measurement"]),
        ({"person": None}, "refuse", ["no_name"]),
        ({"person": {"kind": "unnamed"}, "reading": "38.1", "mask": None}, "hold", ["fever"]),
        ({"manual_hold": "面色潮红"}, "hold", ["manual_hold"]),
        ({"symptoms": ["呼吸困难"]}, "hold", ["question.breathless"]),
        ({"answers": {"abroad": True}}, "refuse", ["question.abroad"]),
    ],
)
def test_refusals_and_holds(place: Any, body: dict[str, Any], decision: str, reasons: list[str]) -> None:
    told = place.check(**body).get_json()
    assert (told["decision"], told["reasons"]) == (decision, reasons)


def test_a_mask_must_be_stated(place: Any) -> None:
    answer = place.check(mask=None)
    assert (answer.status_code, answer.get_json()["field"]) == (422, "mask")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"mask": "yes"}, "mask"),
        ({"mask": 1}, "mask"),
        ({"site": 5}, "site"),
        ({"person": "王明"}, "person"),
        ({"person": {"kind": "ghost"}}, "person.kind"),
        ({"person": {"name": ["王明"]}}, "person.name"),
        ({"surprise": 1}, "surprise"),
        ({"person": {"name": "王明", "age": 3}}, "person.age"),
        ({"symptoms": "咳嗽"}, "symptoms"),
        ({"symptoms": ["咳嗽"] * 21}, "symptoms"),
        ({"measured_at": "yesterday"}, "measured_at"),
        ({"measured_at": "2021-03-01T08:30:00"}, "measured_at"),
        ({"measured_at": 1614558600}, "measured_at"),
        ({"measured_at": "0001-01-01T00:00:00+14:00"}, "measured_at"),
        ({"purpose": "长" * 201}, "purpose"),
        ({"person": {"name": "12345"}}, "person.name"),
        ({"person": {"name": "王\u0007明"}}, "person.name"),
        ({"person": {"name": "王明", "phone": "12"}}, "person.phone"),
        ({"person": {"name": "王明", "phone": "1380000123"}}, "person.phone"),
        ({"person": {"name": "王明", "document_number": "11010119900230963X"}}, "person.document_number"),
        ({"person": {"name": "王明", "document_number": "1" * 17}}, "person.document_number"),
        ({"person": {"name": "王明", "document_type": "图书证", "document_number": "A1"}}, "person.document_number"),
        ({"person": {"kind": "unnamed", "name": "王明"}}, "person.kind"),
        ({"person": {"kind": "staff"}}, "person.staff_number"),
        ({"person": {"kind": "staff", "staff_number": "088"}}, "person.staff_number"),
    ],
)
def test_wrong_input_is_told_with_its_field(place: Any, body: dict[str, Any], field: str) -> None:
    answer = place.check(**body)
    assert answer.status_code == 422, answer.get_json()
    assert answer.get_json()["field"] == field
    assert place.guard.get(f"{BASE}/checks", site="main").get_json()["items"] == []


def test_huge_and_deep_and_cut_off_bodies(place: Any) -> None:
    client, headers = place.guard._client, place.guard._headers
    for content, status in (
        (b"[" * 50 + b"]" * 50, 400),
        (b'{"site": "main"', 400),
        (b'{"a": "' + b"x" * 1_100_000, 413),
    ):
        answer = client.post(f"{BASE}/checks", data=content, content_type="application/json", headers=headers)
        assert answer.status_code == status
        assert answer.get_json()["status"] == status


def test_the_same_key_gives_the_first_answer_and_another_body_is_refused(place: Any) -> None:
    first = place.check("k")
    place.system.clock.move(hours=70)
    place.guard = place.system.api("main", Role.MONITOR)
    again = place.check("k")
    assert (again.status_code, again.get_json()) == (201, first.get_json())
    other = place.check("k", reading="36.6")
    assert (other.status_code, other.get_json()["code"]) == (409, "key.other_content")
    assert len(place.guard.get(f"{BASE}/checks", site="main").get_json()["items"]) == 1
    place.system.settle()
    assert len(place.system.events("screening", CheckRecorded)) == 1


def test_a_key_belongs_to_its_site(place: Any) -> None:
    mine = place.check("k").get_json()
    theirs = place.check("k", api=place.other_guard, site="branch").get_json()
    assert mine["id"] != theirs["id"]


def test_two_at_once_with_one_key_store_one_check(place: Any) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: place.check("k"), range(8)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.get_json()["id"] for answer in answers}) == 1
    assert len(place.guard.get(f"{BASE}/checks", site="main").get_json()["items"]) == 1


def test_a_key_that_is_no_key(place: Any) -> None:
    assert place.check("x" * 121).get_json()["field"] == "Idempotency-Key"
    assert place.check(None).status_code == 201


def test_half_past_midnight_belongs_to_the_new_local_day(place: Any) -> None:
    place.system.clock.move(hours=16)
    place.guard = place.system.api("main", Role.MONITOR)
    told = place.check(measured_at="2021-03-02T00:30:00+08:00").get_json()
    assert told["day"] == "2021-03-02"
    assert told["measured_at"] == "2021-03-01T16:30:00Z"
    assert len(place.guard.get(f"{BASE}/checks", site="main", day="2021-03-02").get_json()["items"]) == 1
    assert place.guard.get(f"{BASE}/checks", site="main", day="2021-03-01").get_json()["items"] == []


@pytest.mark.parametrize(
    ("measured_at", "code"),
    [("2021-03-02T08:30:00+08:00", "measured_at.future"), ("2020-03-01T08:30:00+08:00", "measured_at.old")],
)
def test_a_live_check_of_tomorrow_or_last_year(place: Any, measured_at: str, code: str) -> None:
    answer = place.check(measured_at=measured_at)
    assert (answer.status_code, answer.get_json()["code"]) == (422, code)


def test_a_clock_a_minute_ahead_is_let_pass(place: Any) -> None:
    at = (place.system.clock.now() + timedelta(minutes=1)).isoformat()
    assert place.check(measured_at=at).status_code == 201


def test_staff_by_number(place: Any) -> None:
    ident = place.staff("016", "杨娜")
    told = place.check(person={"kind": "staff", "staff_number": "016"}, purpose=None).get_json()
    assert (told["decision"], told["person_ref"], told["advice"]) == ("admit", f"staff:{ident}", [])
    wrong = place.check(person={"kind": "staff", "staff_number": "016", "name": "贾振华"})
    assert (wrong.status_code, wrong.get_json()["code"]) == (422, "staff.name")
    place.staff("016", "杨娜", ident=ident, active=False, sequence=2)
    assert place.check(person={"staff_number": "016"}).get_json()["code"] == "staff.left"


def test_an_older_state_of_a_staff_member_is_ignored_and_an_account_is_no_person(place: Any) -> None:
    ident = place.staff("016", "杨娜", sequence=5)
    place.staff("999", "杨娜", ident=ident, sequence=4)
    assert place.check(person={"staff_number": "016"}).status_code == 201
    assert place.check(person={"staff_number": "999"}).status_code == 422
    place.staff("777", "审计", kind="account")
    assert place.check(person={"staff_number": "777"}).status_code == 422


def test_visitors_are_one_person_where_their_documents_are_one(place: Any) -> None:
    first = place.check(person=visitor(1)).get_json()
    again = place.check(person=visitor(1)).get_json()
    same_name = place.check(person=visitor(2)).get_json()
    nameless = place.check(person={"kind": "visitor", "document_number": resident_of(1)}).get_json()
    assert first["person_ref"] == again["person_ref"] == nameless["person_ref"]
    assert same_name["person_ref"] != first["person_ref"]
    found = place.guard.get(f"{BASE}/people", site="main", q="王明").get_json()["items"]
    assert len(found) == 2
    renamed = place.check(person=visitor(1, name="王鸣")).get_json()
    assert (renamed["person_ref"], renamed["advice"]) == (first["person_ref"], ["name_differs"])


def test_a_name_and_phone_alone_only_suggest(place: Any) -> None:
    refs = {place.check(person={"name": "李雷", "phone": "13900001111"}).get_json()["person_ref"] for _ in range(2)}
    assert len(refs) == 2
    chosen = place.guard.get(f"{BASE}/people", site="main", q="1111").get_json()["items"][0]
    told = place.check(person={"kind": "visitor", "id": chosen["id"]}).get_json()
    assert told["person_ref"] == chosen["ref"]


def test_a_visitors_document_that_is_a_staff_members_is_the_staff_member(place: Any) -> None:
    ident = place.staff("016", "杨娜", document=resident_of(7))
    told = place.check(person=visitor(7, name="杨娜")).get_json()
    assert told["person_ref"] == f"staff:{ident}"


@pytest.mark.parametrize("q", ["9613", "王", "wm", "138-0000-1234", "1234", "documents"])
def test_people_are_found_by_what_a_guard_has(place: Any, q: str) -> None:
    number = resident_of(1)
    place.check(person=visitor(1, phone="13800001234"))
    found = place.guard.get(f"{BASE}/people", site="main", q=number if q == "documents" else q).get_json()["items"]
    assert [one["masked_name"] for one in found] == ["王*"]
    assert number not in str(found)
    assert "13800001234" not in str(found)


def test_staff_are_found_by_number_badge_and_initials(place: Any) -> None:
    place.staff("B02", "单雄信", badge="04AB77C1")
    for q in ("B02", "b02", "04AB77C1", "sxx", "单雄"):
        found = place.guard.get(f"{BASE}/people", site="main", q=q).get_json()["items"]
        assert [one["staff_number"] for one in found] == ["B02"], q
    assert place.guard.get(f"{BASE}/people", site="main", q="B02").get_json()["items"][0]["exact"] is True


def test_nothing_of_another_site_is_seen_or_used(place: Any) -> None:
    theirs = place.check(api=place.other_guard, site="branch", reading="38.0").get_json()
    place.staff("B02", "李四", site="branch")
    entrance = place.other_guard.get(f"{BASE}/entrances", site="branch").get_json()["items"][0]["id"]
    for body, status in (
        ({"site": "branch"}, 403),
        ({"entrance": entrance}, 404),
        ({"person": {"kind": "visitor", "id": theirs["person_ref"]}}, 404),
        ({"person": {"kind": "staff", "staff_number": "B02"}}, 422),
        ({"retest_of": theirs["id"]}, 404),
        ({"retest_of": new_id()}, 404),
    ):
        answer = place.check(**body)
        assert answer.status_code == status, (body, answer.get_json())
    for path in ("", "/departure", "/void", "/mask-given", "/completion", "/particulars"):
        address = f"{BASE}/checks/{theirs['id']}{path}"
        body = {"/void": {"reason": "x"}, "/completion": {"person": {"name": "王"}}, "/particulars": {"purpose": "x"}}
        got = place.guard.get(address) if not path else place.guard.post(address, body.get(path))
        assert got.status_code == 404, path
    for path in ("checks", "people", "inside", "entrances"):
        query = {"site": "branch", **({"q": "王"} if path == "people" else {})}
        assert place.guard.get(f"{BASE}/{path}", **query).status_code == 403
    assert place.guard.get(f"{BASE}/checks").get_json()["items"] == []
    assert place.guard.get(f"{BASE}/days/branch/2021-03-01").status_code == 403


def test_a_batch_keeps_the_good_ones_and_tells_of_the_others(place: Any) -> None:
    good = {"site": "main", "entrance": "main", "reading": "36.5", "mask": True, "purpose": "办事"}
    checks = [
        {"key": "1", **good, "person": visitor(1)},
        {"key": "2", **good, "person": visitor(1), "reading": "38"},
        {"key": "3", **good, "reading": "365"},
        {"key": "4", **good, "site": "branch"},
        {"key": "5", **good, "surprise": 1},
        {**good},
        "nonsense",
        {"key": "1", **good, "person": visitor(1)},
        {"key": "1", **good, "person": visitor(2)},
    ]
    answer = place.guard.post(f"{BASE}/checks/batch", {"checks": checks})
    assert answer.status_code == 200
    items = answer.get_json()["items"]
    assert [item["status"] for item in items] == [201, 201, 422, 403, 422, 422, 422, 201, 409]
    assert items[0]["id"] == items[7]["id"]
    assert items[1]["decision"] == "hold"
    assert items[2]["problem"]["field"] == "reading"
    again = place.guard.post(f"{BASE}/checks/batch", {"checks": checks[:2]}).get_json()["items"]
    assert [item["id"] for item in again] == [items[0]["id"], items[1]["id"]]
    assert len(place.guard.get(f"{BASE}/checks", site="main").get_json()["items"]) == 2
    too_many = place.guard.post(f"{BASE}/checks/batch", {"checks": [checks[0]] * 501})
    assert too_many.status_code == 422


def test_a_check_takes_few_statements(place: Any) -> None:
    place.staff("016", "杨娜")
    engine = place.system.hosts["screening"].engine
    # A process reads each protocol's document once, with its first check
    assert place.check("first", person=visitor(2), reading="36.5").status_code == 201
    seen = count_statements(engine)
    for person, reading in (
        (visitor(1), "36.5"),
        (visitor(1), "38.5"),
        ({"staff_number": "016"}, "36.5"),
    ):
        seen.clear()
        assert place.check("k" + reading + str(person), person=person, reading=reading).status_code == 201
        asked = [one for one in seen if not one.startswith("BEGIN")]
        sign_in = [one for one in asked if "key_copy" in one or "revocation_copy" in one]
        assert len(sign_in) <= 2
        assert len(asked) - len(sign_in) <= 8, "\n".join(asked)


def test_a_batch_of_500_takes_few_statements_and_stores_every_one(place: Any) -> None:
    good = {"site": "main", "entrance": "main", "reading": "36.5", "mask": True, "purpose": "办事"}
    checks = [{"key": f"b-{n}", **good, "person": visitor(n % 400)} for n in range(500)]
    seen = count_statements(place.system.hosts["screening"].engine)
    items = place.guard.post(f"{BASE}/checks/batch", {"checks": checks}).get_json()["items"]
    assert {item["status"] for item in items} == {201}
    assert len(seen) <= 14, "\n".join(seen)
    listed: list[str] = []
    after = None
    while True:
        page = place.guard.get(f"{BASE}/checks", site="main", limit=200, after=after).get_json()
        listed += [item["id"] for item in page["items"]]
        after = page["next"]
        if after is None:
            break
    assert len(listed) == len(set(listed)) == 500
    assert set(listed) == {item["id"] for item in items}
