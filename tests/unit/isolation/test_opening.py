"""A held check opens one incident, whatever is redelivered and in whatever order news comes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import permutations
from pathlib import Path

import pytest

from common.errors import SizaoError
from common.events.catalogue.isolation import IncidentOpened
from common.events.catalogue.notify import AlertEscalated, AlertExhausted, AlertMarked
from common.events.catalogue.screening import CheckCompleted
from common.events.envelope import Envelope
from common.ids import new_id
from common.roles import Role
from common.secrets.sealed import seal
from tests.unit.isolation.conftest import API, PROTOCOL, SITE, Bureau, codes, make_bureau


def test_a_held_check_opens_one_incident_with_the_protocols_steps(bureau: Bureau) -> None:
    check = bureau.held()
    bureau.system.settle()
    incident = bureau.incident(check)
    assert incident["number"] == "2021-0001"
    assert (incident["kind"], incident["severity"], incident["state"]) == ("fever", "ordinary", "open")
    assert incident["person"]["masked_name"] == "王*明"
    assert incident["person"]["masked_phone"] == "138****0001"
    assert Decimal(incident["reading"]) == Decimal("38.2")
    assert [step["code"] for step in incident["steps"]] == ["isolate", "authority", "hospital", "disinfect"]
    due = [datetime.fromisoformat(step["due_at"]) - bureau.now for step in incident["steps"]]
    assert due == [timedelta(minutes=each) for each in (5, 120, 180, 240)]
    phones = incident["steps"][1]["phones"]
    assert [(one["key"], one["number"]) for one in phones] == [("cdc", "0451-8600-0000"), ("community", None)]
    assert codes(incident) == ["check.held", "incident.opened"]
    told = bureau.system.events("isolation", IncidentOpened)
    assert [(one.data["number"], one.data["check_id"]) for one in told] == [("2021-0001", check)]
    assert "王小明" not in str([one.data for one in told])


def test_the_same_check_told_again_opens_no_second_incident(bureau: Bureau) -> None:
    check, event = new_id(), new_id()
    bureau.held(check_id=check, event_id=event)
    bureau.held(check_id=check, event_id=event)
    bureau.held(check_id=check)
    bureau.system.settle()
    assert [one["check_id"] for one in bureau.incidents()] == [check]
    assert len(bureau.system.events("isolation", IncidentOpened)) == 1
    other = bureau.held()
    assert bureau.incident(other)["number"] == "2021-0002"


def test_each_site_counts_its_own_numbers(bureau: Bureau) -> None:
    bureau.held()
    bureau.held(site="branch")
    branch = bureau.api(Role.EMERGENCY, site="branch").get(f"{API}/incidents").get_json()["items"]
    assert [one["number"] for one in branch] == ["2021-0001"]
    assert [one["number"] for one in bureau.incidents()] == ["2021-0001"]


@pytest.mark.parametrize(
    ("at", "day", "number"),
    [
        (datetime(2020, 12, 31, 15, 59, 59, tzinfo=UTC), "2020-12-31", "2020-0001"),
        (datetime(2020, 12, 31, 16, 30, tzinfo=UTC), "2021-01-01", "2021-0001"),
    ],
)
def test_day_and_number_are_of_the_sites_local_day(tmp_path: Path, at: datetime, day: str, number: str) -> None:
    bureau = make_bureau(tmp_path, at)
    incident = bureau.incident(bureau.held())
    assert (incident["day"], incident["number"]) == (day, number)
    assert [one["number"] for one in bureau.incidents(day=day)] == [number]
    assert bureau.incidents(day="2020-06-01") == []
    bureau.system.close()


@pytest.mark.parametrize(
    ("fields", "kind", "severity"),
    [
        ({"reasons": ("fever", "question.cough"), "symptoms": ("cough",)}, "fever", "severe"),
        ({"reasons": ("fever", "manual_hold")}, "fever", "ordinary"),
        ({"fever": False, "reading": Decimal("36.6"), "reasons": ("question.cough",)}, "symptom", "ordinary"),
        ({"fever": False, "reading": None, "reasons": ("manual_hold", "question.cough")}, "manual_hold", "ordinary"),
    ],
)
def test_kind_and_severity_follow_from_the_reasons(bureau: Bureau, fields: dict, kind: str, severity: str) -> None:
    incident = bureau.incident(bureau.held(**fields))
    assert (incident["kind"], incident["severity"]) == (kind, severity)
    if "question.cough" in fields["reasons"]:
        assert {"zh": "咳嗽", "en": "Cough"} in incident["reason_words"]


def test_an_imported_fever_keeps_its_true_time_and_is_counted_from_when_it_was_known(bureau: Bureau) -> None:
    found = bureau.now - timedelta(days=21)
    incident = bureau.incident(bureau.held(imported=True, measured_at=found))
    assert incident["imported"]
    assert incident["silent"]
    assert datetime.fromisoformat(incident["found_at"]) == found
    assert datetime.fromisoformat(incident["counted_from"]) == bureau.now
    assert incident["day"] == "2021-02-08"
    assert "incident.opened_imported" in codes(incident)
    assert datetime.fromisoformat(incident["steps"][0]["due_at"]) == bureau.now + timedelta(minutes=5)


def _news(bureau: Bureau, check: str, retest: str, alert: str) -> list:
    at = bureau.now
    completed = new_id()
    return [
        lambda: bureau.held(check_id=check, particulars={}, masked_name="无名", person_kind="unnamed", person_key=None),
        lambda: bureau.retested(check, check_id=retest, measured_at=at),
        lambda: bureau.raised(check, alert=alert),
        lambda: bureau.acknowledged(check, alert),
        lambda: bureau.system.tell(
            CheckCompleted(
                check_id=check, person_kind="visitor", person_ref="visitor:9", person_key="p" * 64, masked_name="李*",
                sealed=seal({"name": "李四", "phone": "13900000002"}, completed),
            ),
            site=SITE, subject=check, sequence=2, event_id=completed,
        ),
    ]  # fmt: skip


def test_news_that_comes_before_its_check_is_not_lost_in_any_order(bureau: Bureau) -> None:
    for order in permutations(range(5)):
        check = new_id()
        news = _news(bureau, check, new_id(), new_id())
        for place in order:
            news[place]()
        incident = bureau.incident(check)
        assert sorted(codes(incident)) == sorted([
            "check.held", "incident.opened", "check.retested_normal", "alert.raised", "alert.first_sent",
            "alert.acknowledged", "particulars.completed",
        ]), order  # fmt: skip
        assert incident["suggestion"] == "retest_normal", order
        assert incident["person"]["masked_name"] == "李*", order
        assert [clock["state"] for clock in incident["clocks"]][:2] == ["reached", "reached"], order
        assert len(incident["checks"]) == 2


def test_a_void_of_a_retest_that_comes_before_the_retest_still_counts(bureau: Bureau) -> None:
    check, retest = bureau.held(), new_id()
    bureau.voided(retest, "admit")
    bureau.retested(check, check_id=retest)
    incident = bureau.incident(check)
    assert incident["suggestion"] is None
    assert "check.retest_voided" in codes(incident)


def test_what_the_ladder_did_is_on_the_timeline(bureau: Bureau) -> None:
    check = bureau.held()
    alert = bureau.raised(check)
    told = [
        AlertMarked(alert_id=alert, check_id=check, mark="retest_normal", at=bureau.now),
        AlertEscalated(alert_id=alert, check_id=check, rung=2, to="group_leader", at=bureau.now, reached=1),
        AlertExhausted(alert_id=alert, check_id=check, at=bureau.now),
    ]
    for event in told:
        bureau.system.tell(event, site=SITE, subject=alert)
    incident = bureau.incident(check)
    assert incident["unanswered_at"] is not None
    words = {entry["code"]: entry["words"] for entry in incident["timeline"]}
    assert words["alert.escalated"]["zh"] == "无人应答,升级至组长(通知 1 人)"
    assert words["alert.escalated"]["en"] == "No answer: climbed to the group's leader (1 told)"
    assert words["alert.marked"]["en"] == "Alert marked: Normal on retest"
    bureau.acknowledged(check, alert)
    assert bureau.incident(check)["unanswered_at"] is None


def test_an_alert_about_an_overdue_step_stops_no_clock(bureau: Bureau) -> None:
    check = bureau.held()
    alert = bureau.raised(check, cause_type="sizao.isolation.step.overdue.v1")
    bureau.acknowledged(check, alert)
    incident = bureau.incident(check)
    assert [clock["state"] for clock in incident["clocks"][:2]] == ["running", "running"]
    assert "alert.raised_about_step" in codes(incident)


def test_news_of_other_peoples_checks_and_alerts_changes_nothing(bureau: Bureau) -> None:
    bureau.raised(None)
    bureau.voided(new_id(), "admit")
    bureau.retested(new_id())
    assert bureau.incidents() == []


def test_a_redelivered_retest_is_told_once(bureau: Bureau) -> None:
    check = bureau.held()
    retest = bureau.retested(check)
    envelope = Envelope.from_json(
        bureau.system.tell(
            CheckCompleted(
                check_id=retest, person_kind="visitor", person_ref="visitor:1", masked_name="王*",
                sealed=seal({"name": "王五"}, "e1"),
            ),
            site=SITE, subject=retest, event_id="e1", sequence=3,
        ).to_json()
    )  # fmt: skip
    bureau.again(envelope)
    assert codes(bureau.incident(check)).count("particulars.completed") == 1


def test_an_older_completion_that_comes_late_changes_nothing(bureau: Bureau) -> None:
    check = bureau.held(particulars={}, masked_name="无名", person_kind="unnamed", person_key=None)
    for sequence, name, masked in ((3, "李四", "李*"), (2, "李私", "李?")):
        event = new_id()
        bureau.system.tell(
            CheckCompleted(
                check_id=check, person_kind="visitor", person_ref="visitor:9", masked_name=masked,
                sealed=seal({"name": name}, event),
            ),
            site=SITE, subject=check, sequence=sequence, event_id=event,
        )  # fmt: skip
    incident = bureau.incident(check)
    assert incident["person"]["masked_name"] == "李*"
    assert codes(incident).count("particulars.completed") == 1


def test_an_incident_waits_for_its_site_and_protocol_instead_of_guessing(bureau: Bureau) -> None:
    with pytest.raises(SizaoError):
        bureau.held(site="new")
    bureau.system.open_site("new")
    with pytest.raises(SizaoError):
        bureau.held(site="new")
    bureau.system.open_site("new", protocol=PROTOCOL)
    check = bureau.held(site="new")
    listed = bureau.api(site="new").get(f"{API}/incidents").get_json()["items"]
    assert [one["check_id"] for one in listed] == [check]
