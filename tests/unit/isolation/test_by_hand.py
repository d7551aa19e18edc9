"""An incident that no check reported is opened by the emergency group, once for a key."""

from __future__ import annotations

from datetime import timedelta

import pytest

from common.events.catalogue.isolation import IncidentOpened, StepOverdue
from common.ids import new_id
from common.roles import Role
from tests.unit.isolation.conftest import API, SITE, Bureau, codes

BODY = {"site": SITE, "kind": "symptom", "place": "二楼大厅", "name": "赵六", "phone": "138 0000 0009", "note": "呕吐"}


def test_opening_by_hand(bureau: Bureau) -> None:
    bureau.held()
    made = bureau.api().post(f"{API}/incidents", BODY, key="a")
    assert made.status_code == 201
    assert made.get_json()["number"] == "2021-0002"
    incident = bureau.api().get(f"{API}/incidents/{made.get_json()['id']}").get_json()
    assert (incident["kind"], incident["check_id"], incident["place"]) == ("symptom", None, "二楼大厅")
    assert (incident["masked_name"], incident["person"]["masked_phone"]) == ("赵*", "138****0009")
    assert codes(incident) == ["incident.opened_by_hand"]
    assert incident["timeline"][0]["text"] == "呕吐"
    bureau.system.settle()
    told = bureau.system.events("isolation", IncidentOpened)[-1]
    assert told.data["check_id"] is None
    assert "赵六" not in str(told.data)


def test_a_request_that_is_sent_again_opens_no_second_one(bureau: Bureau) -> None:
    first = bureau.api().post(f"{API}/incidents", BODY, key="a")
    again = bureau.api().post(f"{API}/incidents", BODY, key="a")
    assert again.get_json() == first.get_json()
    assert bureau.api().post(f"{API}/incidents", {**BODY, "note": "发热"}, key="a").status_code == 409
    assert len(bureau.incidents()) == 1


def test_an_alert_about_an_incident_without_a_check_finds_it(bureau: Bureau) -> None:
    made = bureau.api().post(f"{API}/incidents", BODY).get_json()
    alert = bureau.raised(None, cause_type=StepOverdue.event_type, cause_id=f"{made['id']}:isolate")
    bureau.acknowledged(None, alert)
    incident = bureau.api().get(f"{API}/incidents/{made['id']}").get_json()
    assert codes(incident)[1:] == ["alert.raised_about_step", "alert.acknowledged"]


def test_an_answer_that_overtakes_its_alert_is_not_lost(bureau: Bureau) -> None:
    made = bureau.api().post(f"{API}/incidents", BODY).get_json()
    alert = new_id()
    bureau.acknowledged(None, alert)
    bureau.raised(None, alert=alert, cause_type=StepOverdue.event_type, cause_id=f"{made['id']}:isolate")
    incident = bureau.api().get(f"{API}/incidents/{made['id']}").get_json()
    assert codes(incident)[1:] == ["alert.raised_about_step", "alert.acknowledged"]


@pytest.mark.parametrize(
    "change",
    [{"place": " "}, {"note": ""}, {"kind": "contact"}, {"phone": "12"}, {"name": "\u200b"}, {"site": "nowhere"}],
)
def test_input_that_does_not_fit_opens_nothing(bureau: Bureau, change: dict) -> None:
    assert bureau.api().post(f"{API}/incidents", {**BODY, **change}).status_code in {403, 422}
    assert bureau.incidents() == []


def test_nobody_is_found_in_the_future(bureau: Bureau) -> None:
    later = (bureau.now + timedelta(seconds=1)).isoformat()
    refused = bureau.api().post(f"{API}/incidents", {**BODY, "found_at": later})
    assert refused.get_json()["code"] == "incident.future"


def test_only_the_emergency_group_opens_by_hand(bureau: Bureau) -> None:
    for role in (Role.COORDINATOR, Role.LEADER, Role.AUDITOR, Role.MONITOR):
        assert bureau.api(role).post(f"{API}/incidents", BODY).status_code == 403
