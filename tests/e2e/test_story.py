"""The main job from a reading to a filed register, over both runtimes (clauses G3, G4, P1, P2, the core of G1)."""

from __future__ import annotations

import re
from typing import Any

from common.roles import Role
from common.testing.system import Api
from tests.e2e.conftest import Trial

DAY = "2021-03-01"


def check(guard: Api, key: str, **more: Any) -> dict[str, Any]:
    """Sends a check of an invented visitor and returns the answer."""
    person = {
        "kind": "visitor",
        "name": "甄试一",
        "document_type": "passport",
        "document_number": f"E{abs(hash(key)) % 10**8:08d}",
    }
    body = {
        "site": "main",
        "entrance": "main",
        "person": person | {"phone": "13900000001"},
        "reading": "36.5",
        "mask": True,
        "purpose": "社保卡",
    } | more
    body = {name: value for name, value in body.items() if value is not None}
    answer = guard.post("/screening/api/v1/checks", body, key=key)
    assert answer.status_code == 201, answer.get_data(as_text=True)
    return dict(answer.get_json())


def items(api: Api, path: str, **query: Any) -> list[dict[str, Any]]:
    """A list's first page."""
    answer = api.get(path, **query)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return list(answer.get_json()["items"])


def test_from_a_fever_to_a_closed_incident_and_a_filed_register(trial: Trial) -> None:
    guard, emergency = trial.sign_in("main", "monitor"), trial.sign_in("main", "emergency")
    coordinator = trial.sign_in("main", "coordinator")

    assert check(guard, "story-1")["decision"] == "admit"
    assert check(guard, "story-2", mask=False)["decision"] == "refuse"
    assert check(guard, "story-3", reading=None, refused_measurement=True)["decision"] == "refuse"
    held = check(guard, "story-4", reading="37.6", mask=False)
    assert held["decision"] == "hold"
    assert check(guard, "story-4", reading="37.6", mask=False)["id"] == held["id"]
    trial.system.settle()

    alert = only(items(emergency, "/notify/api/v1/alerts", site="main"), held["id"])
    incident = only(items(emergency, "/isolation/api/v1/incidents", site="main"), held["id"])
    taken = emergency.post(f"/notify/api/v1/alerts/{alert['id']}/acknowledgement", {})
    assert taken.status_code in {200, 201}
    trial.system.settle()

    whole = emergency.get(f"/isolation/api/v1/incidents/{incident['id']}").get_json()
    assert [step["code"] for step in whole["steps"]] == ["isolate", "authority", "hospital"]
    for step in whole["steps"]:
        done = emergency.post(
            f"/isolation/api/v1/incidents/{incident['id']}/steps/{step['code']}", {"state": "done", "outcome": "已完成"}
        )
        assert done.status_code in {200, 201}, done.get_data(as_text=True)
    clocks = emergency.get(f"/isolation/api/v1/incidents/{incident['id']}").get_json()["clocks"]
    assert {one["code"] for one in clocks if one["seconds"] is not None} >= {
        "first_alert",
        "acknowledged",
        "authority_told",
    }

    signed = guard.post(f"/screening/api/v1/registers/main/main/{DAY}/signature")
    assert signed.status_code == 201, signed.get_data(as_text=True)
    assert signed.get_json()["seal"]
    trial.system.settle()
    row = next(
        one
        for one in items(coordinator, "/coordination/api/v1/ledger", site="main", day=DAY)
        if one["entrance"] == "main"
    )
    assert row["state"] == "filed"
    assert row["head"] == signed.get_json()["seal"]
    total = guard.get(f"/screening/api/v1/registers/main/main/{DAY}").get_json()["counts"]["total"]
    assert row["counts"]["total"] == total == 4
    page = trial.system.browser("main", Role.COORDINATOR).get("/coordination/main/ledger", day=DAY)
    shown = re.search(r'data-label="登记人次"[^>]*>\s*(?:<[^>]+>)*\s*(\d+)', page.get_data(as_text=True))
    assert shown is not None
    assert int(shown.group(1)) == total


def only(rows: list[dict[str, Any]], check_id: str) -> dict[str, Any]:
    """The one row of a fever that a check caused (overdue steps raise alerts of their own)."""
    found = [row for row in rows if row["check_id"] == check_id and row["kind"] == "fever"]
    assert len(found) == 1
    return found[0]


def test_the_other_bureau_sees_none_of_it(trial: Trial) -> None:
    guard = trial.sign_in("main", "monitor")
    held = check(guard, "quiet-1", reading="38.6")
    trial.system.settle()
    emergency = trial.sign_in("main", "emergency")
    alert = only(items(emergency, "/notify/api/v1/alerts", site="main"), held["id"])
    incident = only(items(emergency, "/isolation/api/v1/incidents", site="main"), held["id"])

    for role in ("monitor", "emergency", "coordinator", "auditor"):
        other = trial.sign_in("branch", role)
        for path in (
            f"/screening/api/v1/checks/{held['id']}",
            f"/notify/api/v1/alerts/{alert['id']}",
            f"/isolation/api/v1/incidents/{incident['id']}",
            f"/screening/api/v1/registers/main/main/{DAY}",
        ):
            assert other.get(path).status_code in {403, 404}, f"{role} {path}"
    theirs = trial.sign_in("branch", "emergency")
    assert items(theirs, "/notify/api/v1/alerts", site="branch") == []
    assert items(theirs, "/isolation/api/v1/incidents", site="branch") == []
    assert theirs.post(f"/notify/api/v1/alerts/{alert['id']}/acknowledgement", {}).status_code in {403, 404}
    feed = trial.sign_in("branch", "coordinator").get("/screening/api/v1/events", after="0", limit="500").get_json()
    assert {event["site"] for event in feed["items"]} <= {"branch"}


def test_a_normal_retest_marks_and_one_tap_ends_it(trial: Trial) -> None:
    guard, emergency = trial.sign_in("main", "monitor"), trial.sign_in("main", "emergency")
    held = check(guard, "again-1", reading="37.4")
    trial.system.settle()
    trial.system.clock.move(minutes=11)
    again = check(guard, "again-2", reading="36.8", retest_of=held["id"], thermometer="2号", person=None, purpose=None)
    assert again["decision"] == "admit"
    trial.system.settle()
    alert = only(items(emergency, "/notify/api/v1/alerts", site="main"), held["id"])
    assert alert["mark"] == "retest_normal"
    assert emergency.post(f"/notify/api/v1/alerts/{alert['id']}/acknowledgement", {}).status_code in {200, 201}
    trial.system.settle()
    incidents = items(emergency, "/isolation/api/v1/incidents", site="main")
    assert [one["check_id"] for one in incidents if one["check_id"] in {held["id"], again["id"]}] == [held["id"]]


def test_nobody_answers_and_everybody_sees_it(trial: Trial) -> None:
    guard, emergency = trial.sign_in("main", "monitor"), trial.sign_in("main", "emergency")
    held = check(guard, "silent-1", reading="39.1")
    trial.system.settle()
    for _ in range(8):
        trial.system.tick(minutes=15)
    alert = only(items(emergency, "/notify/api/v1/alerts", site="main"), held["id"])
    assert alert["state"] == "exhausted"
