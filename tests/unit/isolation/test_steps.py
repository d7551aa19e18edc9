"""Steps of an incident: deadlines, late records, times that can't be, the same again, corrections."""

from __future__ import annotations

from datetime import timedelta

import pytest

from common.events.catalogue.isolation import StepOverdue, StepRecorded
from common.roles import Role
from tests.unit.isolation.conftest import API, Bureau, codes


def test_a_step_done_in_time_and_one_done_late(bureau: Bureau) -> None:
    check = bureau.held()
    incident = bureau.incident(check)
    bureau.system.clock.move(minutes=4)
    done = bureau.record(incident, "isolate", outcome="隔离室 2")
    assert done.status_code == 201
    bureau.system.clock.move(minutes=117)
    late = bureau.record(incident, "authority", outcome="已受理", receipt="陈主任 2021-77").get_json()
    assert late["late"]
    bureau.system.settle()
    told = bureau.system.events("isolation", StepRecorded)
    assert [(one.data["step"], one.data["late"], one.data["outcome"]) for one in told] == [
        ("isolate", False, ""),  # in a person's own words: stays at the bureau
        ("authority", True, "已受理"),
    ]
    whole = bureau.incident(check)
    assert whole["steps"][1]["record"]["receipt"] == "陈主任 2021-77"
    assert whole["steps"][1]["record"]["by_name"] == "测试员"
    clock = whole["clocks"][2]
    assert (clock["seconds"], clock["limit"], clock["kept"]) == (121 * 60, 120 * 60, False)
    assert whole["next_step"] == "hospital"


def test_a_step_done_exactly_at_its_deadline_is_in_time(bureau: Bureau) -> None:
    incident = bureau.incident(bureau.held())
    bureau.system.clock.move(minutes=5)
    assert not bureau.record(incident, "isolate").get_json()["late"]


def test_a_step_written_down_later_counts_from_when_it_was_done(bureau: Bureau) -> None:
    incident = bureau.incident(bureau.held())
    done_at = bureau.now + timedelta(minutes=3)
    bureau.system.clock.move(minutes=60)
    step = bureau.record(incident, "isolate", done_at=done_at.isoformat()).get_json()
    assert not step["late"]
    assert step["record"]["done_at"] == done_at.isoformat().replace("+00:00", "Z")


@pytest.mark.parametrize(
    ("shift", "code"), [(timedelta(seconds=1), "step.future"), (timedelta(minutes=-11), "step.before_found")]
)
def test_a_step_is_not_done_in_the_future_nor_before_the_finding(bureau: Bureau, shift: timedelta, code: str) -> None:
    incident = bureau.incident(bureau.held())
    bureau.system.clock.move(minutes=10)
    refused = bureau.record(incident, "isolate", done_at=(bureau.now + shift).isoformat())
    assert (refused.status_code, refused.get_json()["code"]) == (422, code)
    assert bureau.incident(incident["check_id"])["steps"][0]["state"] == "open"


def test_the_minute_of_finding_counts_as_the_moment_of_finding(bureau: Bureau) -> None:
    bureau.system.clock.move(seconds=40)
    incident = bureau.incident(bureau.held())
    bureau.system.clock.move(seconds=40)
    minute = bureau.now.replace(second=0) - timedelta(minutes=1)
    assert bureau.record(incident, "isolate", done_at=minute.isoformat()).status_code == 201


def test_times_must_name_their_zone(bureau: Bureau) -> None:
    incident = bureau.incident(bureau.held())
    refused = bureau.record(incident, "isolate", done_at="2021-03-01T08:30:00")
    assert (refused.status_code, refused.get_json()["field"]) == (422, "done_at")


def test_the_same_again_changes_nothing_and_something_else_is_refused_in_words(bureau: Bureau) -> None:
    check = bureau.held()
    incident = bureau.incident(check)
    assert bureau.record(incident, "isolate", outcome="隔离室 1").status_code == 201
    before = bureau.incident(check)
    bureau.system.clock.move(minutes=1)
    again = bureau.record(incident, "isolate", outcome="隔离室 1")
    assert again.status_code == 200
    assert bureau.incident(check)["version"] == before["version"]
    other = bureau.record(incident, "isolate", outcome="隔离室 2")
    assert (other.status_code, other.get_json()["code"]) == (409, "step.recorded")
    assert "隔离室 1" in other.get_json()["detail"]
    bureau.system.settle()
    assert len(bureau.system.events("isolation", StepRecorded)) == 1


def test_a_correction_keeps_the_first_record_and_its_reason(bureau: Bureau) -> None:
    check = bureau.held()
    incident = bureau.incident(check)
    assert bureau.record(incident, "isolate", amend=True, reason="x").get_json()["code"] == "step.not_recorded"
    bureau.record(incident, "isolate", outcome="隔离室 1")
    assert bureau.record(incident, "isolate", outcome="隔离室 2", amend=True).get_json()["code"] == "step.reason"
    corrected = bureau.record(incident, "isolate", outcome="隔离室 2", amend=True, reason="写错房间")
    assert corrected.status_code == 201
    step = bureau.incident(check)["steps"][0]
    assert (step["record"]["outcome"], step["record"]["reason"]) == ("隔离室 2", "写错房间")
    assert [one["outcome"] for one in step["earlier"]] == ["隔离室 1"]
    assert codes(bureau.incident(check))[-1] == "step.amended"


def test_taking_back_the_report_to_the_authority_takes_back_its_clock(bureau: Bureau) -> None:
    check = bureau.held()
    incident = bureau.incident(check)
    bureau.record(incident, "authority")
    assert bureau.incident(check)["clocks"][2]["state"] == "reached"
    bureau.record(incident, "authority", state="not_needed", note="误点", amend=True, reason="误点")
    assert bureau.incident(check)["clocks"][2]["state"] == "none"


def test_an_obligatory_step_is_left_out_only_with_words(bureau: Bureau) -> None:
    incident = bureau.incident(bureau.held())
    assert bureau.record(incident, "hospital", state="not_needed").get_json()["code"] == "step.why"
    assert bureau.record(incident, "hospital", state="not_needed", note="家属接走就医").status_code == 201
    assert bureau.record(incident, "disinfect", state="not_needed").status_code == 201


def test_an_unknown_step_names_those_there_are(bureau: Bureau) -> None:
    incident = bureau.incident(bureau.held())
    missing = bureau.record(incident, "hospitel")
    assert missing.status_code == 404
    for code in ("hospitel", "isolate", "authority", "hospital", "disinfect"):
        assert code in missing.get_json()["detail"]


@pytest.mark.parametrize(
    "body",
    [
        {"state": "open"},
        {"state": 1},
        {"result": "x"},
        {"note": "x" * 2001},
        {"outcome": ["x"]},
        {"done_at": "yesterday"},
    ],
)
def test_bodies_that_do_not_fit_are_refused(bureau: Bureau, body: dict) -> None:
    incident = bureau.incident(bureau.held())
    assert bureau.record(incident, "isolate", **body).status_code == 422


def test_a_change_of_what_somebody_else_changed_is_refused(bureau: Bureau) -> None:
    incident = bureau.incident(bureau.held())
    path = f"{API}/incidents/{incident['id']}"
    read = bureau.api().get(path).headers["ETag"]
    first = bureau.api().post(f"{path}/steps/isolate", {}, headers={"If-Match": read})
    assert first.status_code == 201
    second = bureau.api().post(f"{path}/steps/hospital", {}, headers={"If-Match": read})
    assert second.status_code == 412
    third = bureau.api().post(f"{path}/steps/hospital", {}, headers={"If-Match": first.headers["ETag"]})
    assert third.status_code == 201


def test_an_overdue_step_is_told_once(bureau: Bureau) -> None:
    check = bureau.held()
    bureau.system.tick(minutes=5)
    assert bureau.system.events("isolation", StepOverdue) == []
    for _ in range(4):
        bureau.system.tick(minutes=2)
    told = bureau.system.events("isolation", StepOverdue)
    assert [(one.data["step"], one.data["step_name"], one.data["check_id"]) for one in told] == [
        ("isolate", "带至隔离点", check)
    ]
    incident = bureau.incident(check)
    assert incident["steps"][0]["overdue"]
    assert codes(incident).count("step.overdue") == 1
    for _ in range(8):
        bureau.system.tick(hours=1)
    steps = [one.data["step"] for one in bureau.system.events("isolation", StepOverdue)]
    assert steps == ["isolate", "authority", "hospital"], "an optional step wakes nobody"


def test_nobody_is_woken_for_a_step_of_an_old_import_or_of_a_closed_incident(bureau: Bureau) -> None:
    old = bureau.held(imported=True, measured_at=bureau.now - timedelta(days=21))
    closed = bureau.incident(bureau.held())
    bureau.close(closed, "left", reason="人已离开")
    bureau.system.tick(minutes=6)
    assert bureau.system.events("isolation", StepOverdue) == []
    assert "step.overdue" in codes(bureau.incident(old))
    assert "step.overdue" not in codes(bureau.incident(closed["check_id"]))


def test_only_the_emergency_group_records(bureau: Bureau) -> None:
    incident = bureau.incident(bureau.held())
    for role in (Role.COORDINATOR, Role.LEADER, Role.AUDITOR, Role.MONITOR, Role.ADMIN):
        assert bureau.record(incident, "isolate", bureau.api(role)).status_code == 403
