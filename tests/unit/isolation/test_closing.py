"""Retests, voids, confirmation, closing and reopening."""

from __future__ import annotations

from datetime import timedelta

import pytest

from common.audit.log import verify_site
from common.caller import system
from common.events.catalogue.isolation import IncidentClosed, StepRecorded
from common.op import Op
from tests.unit.isolation.conftest import API, SITE, Bureau, codes


def states(incident: dict) -> list[str]:
    return [step["state"] for step in incident["steps"]]


def test_closing_with_open_obligatory_steps_needs_a_reason(bureau: Bureau) -> None:
    check = bureau.held()
    incident = bureau.incident(check)
    bureau.record(incident, "isolate")
    refused = bureau.close(incident)
    assert (refused.status_code, refused.get_json()["code"]) == (409, "closure.steps_open")
    detail = refused.get_json()["detail"]
    assert "报告疾控" in detail
    assert "消毒" not in detail
    assert bureau.incident(check)["state"] == "open"
    assert bureau.close(incident, reason="疾控已直接接管").status_code == 200
    closed = bureau.incident(check)
    assert (closed["state"], closed["outcome"]) == ("closed", "hospital")
    assert closed["timeline"][-1]["code"] == "incident.closed_with_open_steps"
    assert closed["timeline"][-1]["text"] == "疾控已直接接管"
    assert "报告疾控、送往发热门诊" in closed["timeline"][-1]["words"]["zh"]


def test_closing_needs_no_reason_once_obligatory_steps_are_done(bureau: Bureau) -> None:
    check = bureau.held()
    incident = bureau.incident(check)
    for step in ("isolate", "authority", "hospital"):
        bureau.record(incident, step)
    assert bureau.close(incident).status_code == 200
    bureau.system.settle()
    told = bureau.system.events("isolation", IncidentClosed)
    assert [(one.data["check_id"], one.data["outcome"]) for one in told] == [(check, "hospital")]
    assert bureau.close(incident).status_code == 200, "the same again changes nothing"
    assert bureau.close(incident, "left").get_json()["code"] == "incident.closed_otherwise"
    bureau.system.settle()
    assert len(bureau.system.events("isolation", IncidentClosed)) == 1
    assert bureau.record(incident, "disinfect").get_json()["code"] == "incident.closed"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"outcome": "other", "reason": "x"}, 422, "closure.note"),
        ({"outcome": "merged", "reason": "x"}, 409, "closure.not_linked"),
        ({"outcome": "cured"}, 422, "input.invalid"),
        ({}, 422, "input.invalid"),
    ],
)
def test_outcomes_that_do_not_fit(bureau: Bureau, body: dict, status: int, code: str) -> None:
    incident = bureau.incident(bureau.held())
    refused = bureau.api().post(f"{API}/incidents/{incident['id']}/closure", body)
    assert (refused.status_code, refused.get_json()["code"]) == (status, code)


def test_reopening_needs_a_reason_and_lets_work_go_on(bureau: Bureau) -> None:
    check = bureau.held()
    incident = bureau.incident(check)
    path = f"{API}/incidents/{incident['id']}/reopening"
    assert bureau.api().post(path, {"reason": "还没关"}).get_json()["code"] == "incident.open"
    bureau.close(incident, reason="误关")
    assert bureau.api().post(path, {"reason": " "}).status_code == 422
    assert bureau.api().post(path, {"reason": "人又回来了"}).status_code == 200
    assert bureau.record(incident, "isolate").status_code == 201
    again = bureau.incident(check)
    assert (again["state"], again["outcome"], again["closed_at"]) == ("open", None, None)
    assert {"incident.reopened", "incident.closed_with_open_steps"} <= set(codes(again))
    assert bureau.close(incident, "left", reason="离开").status_code == 200


def test_a_normal_retest_only_suggests_until_the_group_confirms_then_closing_is_one_tap(bureau: Bureau) -> None:
    check = bureau.held()
    alert = bureau.raised(check)
    bureau.record(bureau.incident(check), "isolate")
    bureau.system.clock.move(minutes=10)
    retest = bureau.retested(check)
    suggested = bureau.incident(check)
    assert (suggested["suggestion"], suggested["state"]) == ("retest_normal", "open")
    assert states(suggested) == ["done", "open", "open", "open"]
    assert bureau.incident(retest)["id"] == suggested["id"], "the retest leads to the incident of its first"
    bureau.acknowledged(check, alert, "retest_normal")
    confirmed = bureau.incident(check)
    assert (confirmed["confirmed_mark"], confirmed["state"]) == ("retest_normal", "open")
    assert states(confirmed) == ["done", "not_needed", "not_needed", "open"]
    assert confirmed["steps"][1]["record"]["by_name"] == "李应急"
    assert confirmed["clocks"][2]["state"] == "none", "nobody owes the authority a report any more"
    assert bureau.close(confirmed, "released_after_retest").status_code == 200
    bureau.system.settle()
    told = [(one.data["step"], one.data["outcome"]) for one in bureau.system.events("isolation", StepRecorded)]
    assert told == [("isolate", ""), ("authority", "retest_normal"), ("hospital", "retest_normal")]


def test_a_person_may_still_do_a_step_that_a_confirmation_preset(bureau: Bureau) -> None:
    check = bureau.held()
    bureau.retested(check)
    bureau.acknowledged(check, bureau.raised(check), "retest_normal")
    assert bureau.record(bureau.incident(check), "hospital", outcome="仍去检查").status_code == 201
    step = bureau.incident(check)["steps"][2]
    assert (step["state"], step["earlier"][0]["preset"]) == ("done", True)


def test_a_later_fever_takes_the_confirmation_back(bureau: Bureau) -> None:
    check = bureau.held()
    bureau.retested(check)
    bureau.acknowledged(check, bureau.raised(check), "retest_normal")
    bureau.retested(check, reading="38.00", normal=False, measured_at=bureau.now - timedelta(minutes=1))
    assert bureau.incident(check)["suggestion"] == "retest_normal", "an older retest that comes late changes nothing"
    bureau.retested(check, reading="38.00", normal=False, measured_at=bureau.now + timedelta(minutes=1))
    incident = bureau.incident(check)
    assert (incident["suggestion"], incident["confirmed_mark"]) == (None, None)
    assert states(incident) == ["open"] * 4
    assert incident["clocks"][2]["state"] == "running"
    assert bureau.close(incident).status_code == 409


def test_a_void_suggests_an_entry_error(bureau: Bureau) -> None:
    check = bureau.held()
    bureau.voided(check)
    incident = bureau.incident(check)
    assert (incident["suggestion"], incident["state"]) == ("entry_error", "open")
    bureau.acknowledged(check, bureau.raised(check), "entry_error")
    assert bureau.close(bureau.incident(check), "entry_error").status_code == 200


def test_notes_are_kept_on_closed_incidents_too(bureau: Bureau) -> None:
    check = bureau.held()
    incident = bureau.incident(check)
    path = f"{API}/incidents/{incident['id']}/notes"
    assert bureau.api().post(path, {"text": "家属已通知"}).status_code == 201
    bureau.close(incident, reason="转交")
    assert bureau.api().post(path, {"text": "疾控回电:核酸阴性"}).status_code == 201
    assert bureau.api().post(path, {"text": "   "}).status_code == 422
    notes = [(one["text"], one["actor_name"]) for one in bureau.incident(check)["timeline"] if one["text"]]
    assert ("疾控回电:核酸阴性", "测试员") in notes


def test_every_act_is_in_the_audit_chain(bureau: Bureau) -> None:
    check = bureau.held()
    incident = bureau.incident(check)
    bureau.record(incident, "isolate", outcome="王小明在隔离室")
    bureau.record(incident, "isolate", outcome="二号室", amend=True, reason="更正")
    bureau.api().post(f"{API}/incidents/{incident['id']}/notes", {"text": "王小明已到"})
    bureau.close(incident, reason="测试")
    bureau.api().post(f"{API}/incidents/{incident['id']}/reopening", {"reason": "测试"})

    def read(op: Op) -> tuple[bool, list[str], str]:
        from common.audit.log import entries

        rows = list(entries(op.db, SITE, 100))
        return verify_site(op.db, SITE).holds, [row.action for row in rows], str([row.particulars for row in rows])

    holds, actions, particulars = bureau.system.hosts["isolation"].run_system(read, system("isolation"))
    assert holds
    assert actions == [
        "incident.opened", "step.recorded", "step.amended", "note.written", "incident.closed", "incident.reopened",
    ]  # fmt: skip
    assert "王小明" not in particulars
