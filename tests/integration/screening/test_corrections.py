"""What happens to a check afterwards: retest, mask, void, completion, departure; who is inside; what is destroyed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from common.audit.access import AccessLog
from common.audit.tables import AuditEntry
from common.caller import system as system_caller
from common.events.catalogue.coordination import SiteChanged
from common.events.catalogue.screening import (
    CheckCompleted,
    CheckDeparted,
    CheckHeld,
    CheckRecorded,
    CheckRetested,
    CheckVoided,
)
from common.op import Op
from common.roles import Role
from common.secrets.sealed import unseal
from screening.models import Check, Destruction, Person, SealedDay

BASE = "/screening/api/v1"


def rows(place: Any, model: type[Any]) -> list[Any]:
    def read(op: Op) -> list[Any]:
        return list(op.db.scalars(select(model)))

    found: list[Any] = place.system.hosts["screening"].run_system(read, system_caller("test"))
    return found


def told(place: Any, payload: Any) -> list[Any]:
    place.system.settle()
    return [payload.model_validate(event.data) for event in place.system.events("screening", payload)]


def held(place: Any, **body: Any) -> str:
    answer = place.check(**{"reading": "37.6", **body})
    assert answer.get_json()["decision"] == "hold"
    ident: str = answer.get_json()["id"]
    return ident


def retest(place: Any, first: str, reading: Any = "36.7", **body: Any) -> Any:
    return place.guard.post(
        f"{BASE}/checks", {"site": "main", "entrance": "main", "retest_of": first, "reading": reading, **body}
    )


def test_a_second_measurement_is_linked_and_opens_no_second_incident(place: Any) -> None:
    first = held(place)
    early = retest(place, first)
    assert (early.status_code, early.get_json()["code"]) == (422, "retest.early")
    assert "10" in early.get_json()["detail"]
    place.system.clock.move(minutes=10)
    answer = retest(place, first, thermometer="2号").get_json()
    assert (answer["decision"], answer["advice"]) == ("admit", ["retest_of_held"])
    place.system.clock.move(minutes=1)
    assert retest(place, answer["id"], "37.9").get_json()["decision"] == "hold"
    assert [(one.first_check_id, one.normal) for one in told(place, CheckRetested)] == [(first, True), (first, False)]
    assert [one.check_id for one in told(place, CheckHeld)] == [first]
    assert [one.retest_of for one in told(place, CheckRecorded)] == [None, first, first]
    chain = place.guard.get(f"{BASE}/checks/{answer['id']}").get_json()["chain"]
    assert [(one["reading"], one["retest_of"]) for one in chain] == [("37.6", None), ("36.7", first), ("37.9", first)]
    totals = place.guard.get(f"{BASE}/days/main/2021-03-01").get_json()
    assert (totals["checks"], totals["held"], totals["retests"], totals["retests_normal"]) == (1, 1, 2, 1)


def test_what_cannot_be_measured_again(place: Any) -> None:
    assert retest(place, place.check().get_json()["id"]).get_json()["code"] == "retest.not_due"
    first = held(place)
    place.system.clock.move(minutes=11)
    assert retest(place, first, None).get_json()["code"] == "retest.no_reading"
    other = {"kind": "visitor", "name": "李雷", "document_number": "230103198001019971"}
    assert retest(place, first, person=other).status_code == 422
    place.guard.post(f"{BASE}/checks/{first}/void", {"reason": "录错"})
    assert retest(place, first).get_json()["code"] == "chain.void"


def test_a_fever_found_on_measuring_a_low_reading_again_opens_its_incident(place: Any) -> None:
    first = place.check(reading="34.5").get_json()
    assert (first["decision"], first["advice"]) == ("admit", ["low_reading"])
    second = retest(place, first["id"], "38.2").get_json()
    assert second["decision"] == "hold"
    assert [one.check_id for one in told(place, CheckHeld)] == [second["id"]]
    assert told(place, CheckRetested) == []


def test_symptoms_stand_whatever_the_second_thermometer_says(place: Any) -> None:
    first = held(place, reading="36.5", symptoms=["breathless"])
    place.system.clock.move(minutes=11)
    assert retest(place, first).get_json()["reasons"] == ["question.breathless"]
    assert [one.normal for one in told(place, CheckRetested)] == [False]


def test_a_mask_admits_with_one_call_and_only_once(place: Any) -> None:
    refused = place.check(mask=False).get_json()
    for _ in range(2):
        answer = place.guard.post(f"{BASE}/checks/{refused['id']}/mask-given")
        assert (answer.status_code, answer.get_json()["decision"]) == (201, "admit")
    listed = place.guard.get(f"{BASE}/checks", site="main").get_json()["items"]
    assert sorted((one["decision"], one["reading"], one["mask_given_to"]) for one in listed) == [
        ("admit", "36.5", refused["id"]),
        ("refuse", "36.5", None),
    ]
    admitted = place.check().get_json()["id"]
    assert place.guard.post(f"{BASE}/checks/{admitted}/mask-given").status_code == 422


def test_a_mask_leaves_other_reasons_standing(place: Any) -> None:
    refused = place.check(mask=False, reading=None, refused_measurement=True).get_json()
    answer = place.guard.post(f"{BASE}/checks/{refused['id']}/mask-given").get_json()
    assert (answer["decision"], answer["reasons"]) == ("refuse", ["refused_measurement"])


def test_a_void_check_stays_on_record_and_is_not_counted(place: Any) -> None:
    first = held(place, reading="38.6")
    path = f"{BASE}/checks/{first}/void"
    assert place.guard.post(path, {"reason": " "}).status_code == 422
    assert place.guard.post(path, {"reason": "体温录错"}).status_code == 200
    assert place.guard.post(path, {"reason": "体温录错"}).status_code == 409
    (event,) = told(place, CheckVoided)
    assert (event.check_id, event.decision, event.reason) == (first, "hold", "体温录错")
    shown = place.guard.get(f"{BASE}/checks/{first}").get_json()
    assert (shown["reading"], shown["void_reason"], shown["sequence"]) == ("38.6", "体温录错", 2)
    totals = place.guard.get(f"{BASE}/days/main/2021-03-01").get_json()
    assert (totals["checks"], totals["fevers"], totals["voided"]) == (0, 0, 1)
    assert place.guard.get(f"{BASE}/inside", site="main").get_json()["items"] == []
    assert [entry.action for entry in rows(place, AuditEntry)] == ["check.voided"]


def test_somebody_without_a_name_is_completed_later(place: Any) -> None:
    first = held(place, person={"kind": "unnamed", "phone": "13800001234"}, purpose=None)
    assert told(place, CheckHeld)[0].masked_name == "无名"
    path = f"{BASE}/checks/{first}/completion"
    assert place.guard.post(path, {"person": {}}).status_code == 422
    assert place.guard.post(path, {"person": {"name": "王明"}, "purpose": "问路"}).status_code == 200
    assert place.guard.post(path, {"person": {"name": "李雷"}}).status_code == 409
    place.system.settle()
    (event,) = place.system.events("screening", CheckCompleted)
    opened = unseal(event.data["sealed"], event.id)
    assert (opened["name"], opened["phone"], opened["purpose"]) == ("王明", "13800001234", "问路")
    assert event.data["person_kind"] == "visitor"
    assert place.guard.get(f"{BASE}/checks/{first}").get_json()["person"]["phone"] == "138****1234"


def test_leaving_and_who_is_inside(place: Any) -> None:
    place.staff("016", "杨娜")
    ids = [
        place.check().get_json()["id"],
        place.check(person={"staff_number": "016"}).get_json()["id"],
        held(place, person=None, reading="38"),
    ]
    refused = place.check(person={"name": "李雷"}, mask=False).get_json()["id"]
    inside = place.guard.get(f"{BASE}/inside", site="main").get_json()["items"]
    assert [(one["name"], one["held"]) for one in inside] == [("王明", False), ("杨娜", False), ("无名", True)]
    path = f"{BASE}/checks/{ids[0]}/departure"
    assert place.guard.post(path, {"departed_at": "2021-03-01T08:00:00+08:00"}).status_code == 422
    place.system.clock.move(minutes=20)
    first = place.guard.post(path)
    place.system.clock.move(minutes=20)
    again = place.guard.post(path, {})
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.get_json() == again.get_json()
    assert len(told(place, CheckDeparted)) == 1
    assert len(place.guard.get(f"{BASE}/inside", site="main").get_json()["items"]) == 2
    assert place.guard.post(f"{BASE}/checks/{refused}/departure").status_code == 409
    assert place.guard.post(path, {"when": 1}).status_code == 422


def test_staff_who_were_not_measured(place: Any) -> None:
    leave = {"first_day": date(2021, 2, 22), "last_day": date(2021, 3, 21)}
    place.staff("001", "甲一")
    place.staff("002", "乙二")
    place.staff("003", "丙三", leaves=(leave,))
    place.staff("004", "丁四", active=False)
    place.check(person={"staff_number": "001"})
    assert place.guard.get(f"{BASE}/days/main/2021-03-01").get_json()["staff_not_measured"] == 1


def test_particulars_are_seen_for_a_purpose_and_that_is_written_down(place: Any) -> None:
    ident = place.check().get_json()["id"]
    path = f"{BASE}/checks/{ident}/particulars"
    assert place.guard.post(path, {"purpose": " "}).status_code == 422
    assert place.guard.post(path, {"purpose": "核对证件"}).get_json()["name"] == "王明"
    (entry,) = rows(place, AccessLog)
    assert (entry.subject, entry.purpose) == (f"check:{ident}", "核对证件")
    assert place.admin.post(path, {"purpose": "看看"}).status_code == 403
    place.system.clock.move(hours=24)
    guard, emergency = place.system.api("main", Role.MONITOR), place.system.api("main", Role.EMERGENCY)
    assert guard.post(path, {"purpose": "核对证件"}).status_code == 403
    assert emergency.post(path, {"purpose": "流调"}).status_code == 200
    assert len(rows(place, AccessLog)) == 2


def test_the_desk_goes_from_one_guard_to_another(place: Any) -> None:
    to = place.staff("019", "乙二")
    path = f"{BASE}/entrances/main/handovers"
    handed = place.guard.post(path, {"site": "main", "to": "019", "note": "钥匙在抽屉"})
    assert (handed.status_code, handed.get_json()["to_ref"]) == (201, f"staff:{to}")
    assert place.guard.post(path, {"site": "main", "to": "888"}).status_code == 422
    assert "钥匙在抽屉" in place.system.browser("main", Role.MONITOR).get("/screening/main/today").text


def test_a_check_for_a_sealed_day_is_stored_and_marked_late(place: Any) -> None:
    entrance = place.guard.get(f"{BASE}/entrances", site="main").get_json()["items"][0]["id"]

    def seal_day(op: Op) -> None:
        op.db.add(SealedDay(site="main", entrance_id=entrance, day=date(2021, 3, 1), sealed_at=op.now))

    place.system.hosts["screening"].run_system(seal_day, system_caller("test"))
    answer = place.check().get_json()
    assert answer["advice"] == ["late"]
    assert place.guard.get(f"{BASE}/checks/{answer['id']}").get_json()["late"] is True


def test_what_contradicts_itself_is_refused_by_the_database_too(place: Any) -> None:
    ident = held(place)
    for values in (
        {"decision": "admit"},
        {"fever": False},
        {"reading": None},
        {"refused_measurement": True},
        {"person_id": None},
        {"voided_at": place.system.clock.now()},
    ):

        def change(op: Op, values: Any = values) -> None:
            op.db.execute(update(Check).where(Check.id == ident).values(**values))

        with pytest.raises(IntegrityError):
            place.system.hosts["screening"].run_system(change, system_caller("test"))


def test_what_is_out_of_its_time_is_destroyed_and_recorded(place: Any) -> None:
    place.check("old")
    place.check(person={"name": "李雷"})
    place.system.clock.move(days=60)
    guard = place.system.api("main", Role.MONITOR)
    place.check("new", api=guard, person={"name": "韩梅梅"})
    place.system.clock.move(days=31)
    for _ in range(3):
        place.system.tick(minutes=11)
    assert [check.key for check in rows(place, Check)] == ["new"]
    assert [person.name for person in rows(place, Person)] == ["韩梅梅"]
    found = {(one.kind, one.count, one.first_day) for one in rows(place, Destruction)}
    assert ("checks", 2, date(2021, 3, 1)) in found
    assert {"checks.destroyed", "visitors.destroyed"} <= {entry.action for entry in rows(place, AuditEntry)}


def test_records_to_be_archived_are_not_destroyed(place: Any) -> None:
    place.check()
    archived = SiteChanged(
        code="main", name="测试单位", name_en="Test", trial=True, settings={"retention": {"archive": True}}
    )
    place.system.tell(archived, site="main", subject="main", sequence=3)
    place.system.clock.move(days=400)
    place.system.tick(minutes=11)
    assert len(rows(place, Check)) == 1


def test_entrances_are_opened_and_changed_by_administrators_only(place: Any) -> None:
    new = {"site": "main", "code": "side", "name": "侧门", "hall": "经办大厅", "opening": {"1": ["8:00", "12:00"]}}
    assert place.guard.post(f"{BASE}/entrances", new).status_code == 403
    made = place.admin.post(f"{BASE}/entrances", new)
    assert (made.status_code, made.get_json()["opening"]) == (201, {"1": ["08:00", "12:00"]})
    assert place.admin.post(f"{BASE}/entrances", new).status_code == 409
    for wrong in ({"opening": {"8": ["08:00", "12:00"]}}, {"opening": {"1": ["12:00", "08:00"]}}, {"code": "Main 1"}):
        assert place.admin.post(f"{BASE}/entrances", {**new, "code": "other", **wrong}).status_code == 422
    path = f"{BASE}/entrances/{made.get_json()['id']}"
    etag = made.headers["ETag"]
    assert place.admin.request("PATCH", path, {"active": False}).status_code == 428
    assert place.admin.request("PATCH", path, {"active": False}, {"If-Match": etag}).status_code == 200
    assert place.admin.request("PATCH", path, {"active": True}, {"If-Match": etag}).status_code == 412
    closed = place.check(entrance="side")
    assert (closed.status_code, closed.get_json()["code"]) == (422, "entrance.closed")
    other_admin = place.system.api("branch", Role.ADMIN)
    assert other_admin.request("PATCH", path, {"active": True}, {"If-Match": '"2"'}).status_code == 404


def test_a_protocol_decides_when_a_second_measurement_is_due(open_place: Callable[..., Any]) -> None:
    place = open_place(retest_after_minutes=0)
    assert retest(place, held(place)).status_code == 201


def test_the_live_window_is_the_protocols(open_place: Callable[..., Any]) -> None:
    place = open_place(live_window_hours=2)
    at = place.system.clock.now() - timedelta(hours=3)
    assert place.check(measured_at=at.isoformat()).get_json()["code"] == "measured_at.old"
