"""A held check becomes one alert, whatever is redelivered and in whatever order its events arrive."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest

from common.events.catalogue.coordination import FilingOverdue, FilingReceived
from common.events.catalogue.isolation import IncidentClosed, IncidentOpened, StepOverdue, StepRecorded
from common.events.catalogue.notify import AlertMarked, AlertRaised
from common.events.catalogue.screening import CheckCompleted
from common.ids import new_id
from common.roles import Role
from notify.domain.ladder import STANDING_LADDER as LADDER


def test_a_fever_becomes_an_alert_that_the_emergency_group_sees(bureau: Any) -> None:
    bureau.person("王甲", Role.EMERGENCY)
    check = bureau.fever()
    [alert] = bureau.alerts()
    assert (alert["check_id"], alert["state"], alert["kind"]) == (check, "open", "fever")
    assert alert["title"] == {"zh": "发热 38.6℃，已在正门暂留", "en": "Fever 38.6 °C, held at 正门"}
    assert (alert["reading"], alert["masked_name"], alert["entrance"]) == ("38.6", "张*", "正门")
    assert alert["clocks"] == {"first_alert_seconds": 3, "acknowledged_seconds": None}
    bureau.system.settle()
    [event] = bureau.system.events("notify", AlertRaised)
    assert event.data["check_id"] == check
    assert event.data["first_sent_at"] is not None


def test_the_same_check_told_again_raises_nothing(bureau: Any) -> None:
    bureau.person("王甲", Role.EMERGENCY)
    told = bureau.held()
    envelope = bureau.system.tell(told, site="main", subject=told.check_id)
    for event_id in (envelope.id, envelope.id, new_id()):
        bureau.system.tell(told, site="main", subject=told.check_id, event_id=event_id)
    assert len(bureau.alerts()) == 1
    bureau.system.settle()
    assert len(bureau.system.events("notify", AlertRaised)) == 1
    assert len(bureau.messages()) == 1


def test_another_site_sees_nothing_of_it_by_list_or_by_id(bureau: Any) -> None:
    bureau.person("王甲", Role.EMERGENCY)
    bureau.fever()
    [alert] = bureau.alerts()
    other = bureau.api(*Role, site="branch")
    assert bureau.alerts(site="branch") == []
    assert other.get("/notify/api/v1/alerts", site="main").status_code == 403
    assert other.get("/notify/api/v1/alerts/changes", site="main").status_code == 403
    assert other.get("/notify/api/v1/alerts/changes", after="main:0").status_code == 403
    assert other.get("/notify/api/v1/messages", site="main").status_code == 403
    assert other.get(f"/notify/api/v1/alerts/{alert['id']}").status_code == 404
    assert other.post(f"/notify/api/v1/alerts/{alert['id']}/acknowledgement", {}).status_code == 404
    assert bureau.alerts()[0]["state"] == "open"


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_retest_name_and_incident_count_in_whatever_order_they_arrive(
    installation: Callable[..., Any], order: tuple[int, ...]
) -> None:
    bureau = installation()
    bureau.person("王甲", Role.EMERGENCY)
    told = bureau.held(masked_name="无名")
    check, incident = told.check_id, new_id()
    at = bureau.system.clock.now()
    steps = [
        lambda: bureau.system.tell(told, site="main", subject=check),
        lambda: bureau.retest(check, normal=True),
        lambda: bureau.system.tell(
            CheckCompleted(check_id=check, person_kind="visitor", person_ref=None, masked_name="李*", sealed="x"),
            site="main", subject=check, sequence=2,
        ),
        lambda: bureau.system.tell(
            IncidentOpened(
                incident_id=incident, number="1", check_id=check, kind="fever", severity="ordinary", found_at=at,
                opened_at=at, masked_name="无名",
            ),
            site="main", subject=incident,
        ),
    ]  # fmt: skip
    for step in order:
        steps[step]()
    [alert] = bureau.alerts()
    assert (alert["state"], alert["mark"]) == ("marked", "retest_normal")
    assert (alert["masked_name"], alert["incident_id"]) == ("李*", incident)
    bureau.system.settle()
    assert [one.data["mark"] for one in bureau.system.events("notify", AlertMarked)] == ["retest_normal"]


def test_a_void_before_its_check_marks_the_alert_as_an_entry_error(bureau: Any) -> None:
    bureau.person("王甲", Role.EMERGENCY)
    told = bureau.held()
    bureau.void(told.check_id)
    bureau.system.tell(told, site="main", subject=told.check_id)
    [alert] = bureau.alerts()
    assert (alert["state"], alert["mark"]) == ("marked", "entry_error")


def test_a_fever_again_raises_the_severity_and_takes_the_mark_back(bureau: Any) -> None:
    bureau.person("王甲", Role.EMERGENCY)
    check = bureau.fever()
    bureau.retest(check, normal=True)
    bureau.system.clock.move(minutes=5)
    bureau.retest(check, normal=False)
    [alert] = bureau.alerts()
    assert (alert["state"], alert["mark"], alert["severity"]) == ("open", "none", "severe")
    assert "retest_fever" in [line["what"] for line in bureau.history(alert["id"])]


def test_a_mistyped_normal_retest_that_is_voided_no_longer_marks_the_alert(bureau: Any) -> None:
    bureau.person("王甲", Role.EMERGENCY)
    check = bureau.fever()
    again = bureau.retest(check, normal=True)
    assert bureau.alerts()[0]["mark"] == "retest_normal"
    bureau.void(again)
    assert (bureau.alerts()[0]["state"], bureau.alerts()[0]["mark"]) == ("open", "none")
    bureau.system.settle()
    assert [one.data["mark"] for one in bureau.system.events("notify", AlertMarked)] == ["retest_normal", "none"]


def test_an_old_imported_fever_is_kept_without_sirens_and_a_fresh_one_alarms(bureau: Any) -> None:
    bureau.person("王甲", Role.EMERGENCY, email="wang@example.org")
    now = bureau.system.clock.now()
    old = bureau.fever(imported=True, measured_at=now - timedelta(days=21))
    fresh = bureau.fever(imported=True, measured_at=now - timedelta(hours=23))
    late = bureau.fever(imported=False, measured_at=now - timedelta(hours=60))
    found = {alert["check_id"]: alert for alert in bureau.alerts()}
    assert {check: alert["silent"] for check, alert in found.items()} == {old: True, fresh: False, late: False}
    assert not any(message["alert_id"] == found[old]["id"] for message in bureau.messages())
    for _ in LADDER:
        bureau.system.tick(minutes=10)
    after = {alert["check_id"]: alert["state"] for alert in bureau.alerts()}
    assert (after[old], after[fresh]) == ("open", "exhausted")


def test_without_a_protocol_an_alarm_still_climbs(installation: Callable[..., Any]) -> None:
    bureau = installation(protocol=None)
    bureau.person("王甲", Role.EMERGENCY)
    bureau.fever()
    assert bureau.alerts()[0]["rung_to"] == "on_duty"


def test_an_unfiled_register_alerts_the_coordination_group_until_it_is_filed(bureau: Any) -> None:
    bureau.person("钱乙", Role.COORDINATOR)
    filing, at = new_id(), bureau.system.clock.now()
    place: dict[str, Any] = {"kind": "register", "day": "2021-03-01", "place_id": new_id(), "place_name": "正门"}
    bureau.system.tell(
        FilingOverdue(filing_id=filing, due_at=at, checks_known=12, **place), site="main", subject=filing
    )
    [alert] = bureau.alerts(Role.COORDINATOR)
    assert (alert["group"], alert["state"]) == ("coordination", "open")
    assert alert["title"]["zh"] == "登记表未按时上报：正门 2021-03-01（已知12条记录）"
    assert bureau.alerts(Role.EMERGENCY) == []
    bureau.system.tell(
        FilingReceived(filing_id=filing, late=True, head="h", version=1, **place), site="main", subject=filing
    )
    assert bureau.alerts(Role.COORDINATOR)[0]["state"] == "closed"


def test_an_overdue_step_alerts_until_it_is_recorded_and_an_incidents_end_closes_what_is_its_own(bureau: Any) -> None:
    bureau.person("王甲", Role.EMERGENCY)
    check, incident, at = bureau.fever(), new_id(), bureau.system.clock.now()
    for step in ("isolate", "hospital"):
        bureau.system.tell(
            StepOverdue(incident_id=incident, number="7", check_id=check, step=step, step_name=step, due_at=at),
            site="main", subject=incident,
        )  # fmt: skip
    assert len(bureau.alerts()) == 3
    bureau.system.tell(
        StepRecorded(
            incident_id=incident, check_id=check, step="isolate", state="done", outcome="", done_at=at,
            by_ref="staff:x", late=True,
        ),
        site="main", subject=incident, sequence=2,
    )  # fmt: skip
    assert [one["state"] for one in bureau.alerts(state="closed")] == ["closed"]
    bureau.system.tell(
        IncidentClosed(incident_id=incident, check_id=check, outcome="done", closed_at=at, by_ref="staff:x"),
        site="main", subject=incident, sequence=3,
    )  # fmt: skip
    assert {one["state"] for one in bureau.alerts()} == {"closed"}
