"""An unanswered alert climbs rung by rung to a visible end; an answer stops it; people off duty are left in peace."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from common.caller import system
from common.events.catalogue.notify import AlertAcknowledged, AlertEscalated, AlertExhausted
from common.op import Op
from common.roles import Role
from notify.models import Message, Timer

DAY = date(2021, 3, 1)


def staffed(bureau: Any) -> dict[str, str]:
    """An emergency group of three under a leader, with a leader in charge and a leading group."""
    people = {
        "duty": bureau.person("王甲", Role.EMERGENCY),
        "free": bureau.person("钱乙", Role.EMERGENCY),
        "head": bureau.person("孙丙", Role.EMERGENCY),
        "charge": bureau.person("李丁", Role.LEADER),
        "chief": bureau.person("周戊", Role.LEADER),
    }
    bureau.group(
        "emergency", people["duty"], people["free"], people["head"], leader=people["head"], in_charge=people["charge"]
    )
    bureau.group("leading", people["chief"])
    return people


def called(bureau: Any) -> dict[int, set[str]]:
    """Whom the messages called, by rung."""
    found: dict[int, set[str]] = {}
    for message in bureau.messages():
        found.setdefault(message["rung"], set()).add(message["recipient"])
    return found


def on_duty(bureau: Any, *people: str) -> None:
    told = bureau.api().request(
        "PUT", "/notify/api/v1/duty", {"site": "main", "group": "emergency", "day": str(DAY), "people": list(people)}
    )
    assert told.status_code == 200, told.text


def test_the_whole_ladder_up_to_nobody_answered(bureau: Any) -> None:
    people = staffed(bureau)
    on_duty(bureau, people["duty"])
    bureau.fever()
    assert called(bureau) == {0: {people["duty"]}}
    rungs = []
    for minutes in (2, 3, 5, 5, 10):
        bureau.system.tick(minutes=minutes, seconds=-1)
        rungs.append(bureau.alerts()[0]["rung"])
        bureau.system.tick(seconds=1)
    assert rungs == [0, 1, 2, 3, 4]
    assert called(bureau) == {
        0: {people["duty"]},
        1: {people["free"], people["head"]},
        3: {people["charge"]},
        4: {people["chief"]},
    }
    [alert] = bureau.alerts()
    assert alert["state"] == "exhausted"
    assert [event.data["to"] for event in bureau.system.events("notify", AlertEscalated)] == [
        "group", "group_leader", "leader_in_charge", "leading_group",
    ]  # fmt: skip
    assert len(bureau.system.events("notify", AlertExhausted)) == 1
    bureau.system.tick(hours=5)
    assert len(bureau.system.events("notify", AlertExhausted)) == 1
    told = bureau.api(person=people["free"]).post(f"/notify/api/v1/alerts/{alert['id']}/acknowledgement", {})
    assert told.get_json()["alert"]["state"] == "acknowledged"


def test_nobody_free_is_called_while_somebody_is_on_duty(bureau: Any) -> None:
    people = staffed(bureau)
    on_duty(bureau, people["duty"])
    bureau.fever()
    rings = {
        who: bureau.api(person=people[who]).get("/notify/api/v1/alerts", site="main").get_json()["items"][0]["rings"]
        for who in ("duty", "free")
    }
    assert rings == {"duty": True, "free": False}


def test_without_a_list_the_whole_group_is_called(bureau: Any) -> None:
    people = staffed(bureau)
    bureau.fever()
    assert called(bureau) == {0: {people["duty"], people["free"], people["head"]}}


def test_somebody_on_leave_is_not_called_and_an_empty_rung_is_passed_at_once_and_recorded(bureau: Any) -> None:
    away = bureau.person("王甲", Role.EMERGENCY, leave=DAY)
    head = bureau.person("孙丙", Role.EMERGENCY)
    unreachable = bureau.person("李丁")
    bureau.group("emergency", away, head, leader=head, in_charge=unreachable)
    bureau.fever()
    assert called(bureau) == {0: {head}}
    for minutes in (2, 3, 5):
        bureau.system.tick(minutes=minutes)
    [alert] = bureau.alerts()
    assert alert["state"] == "exhausted"
    skipped = [line["details"]["to"] for line in bureau.history(alert["id"]) if line["what"] == "skipped"]
    assert skipped == ["leader_in_charge", "leading_group"]


def test_a_group_of_nobody_goes_to_the_administrators_and_is_told(bureau: Any) -> None:
    admin = bureau.person("郑己", Role.ADMIN)
    bureau.fever()
    [alert] = bureau.alerts(Role.ADMIN)
    assert (alert["reaches_nobody"], alert["rung_to"]) == (True, "admins")
    assert called(bureau) == {0: {admin}}
    taken = bureau.api(Role.ADMIN, person=admin).post(f"/notify/api/v1/alerts/{alert['id']}/acknowledgement", {})
    assert taken.status_code == 200


def test_role_holders_are_the_group_where_it_has_no_members(bureau: Any) -> None:
    person = bureau.person("王甲", Role.EMERGENCY, site="branch")
    bureau.fever(site="branch")
    [alert] = bureau.alerts(site="branch")
    assert (alert["reaches_nobody"], alert["state"], alert["rings"]) == (False, "open", True)
    assert [message["recipient"] for message in bureau.messages(site="branch")] == [person]


def test_an_answer_stops_everything_and_a_second_one_tells_who_was_first(bureau: Any) -> None:
    people = staffed(bureau)
    bureau.fever()
    [alert] = bureau.alerts()
    path = f"/notify/api/v1/alerts/{alert['id']}/acknowledgement"
    bureau.system.clock.move(seconds=30)
    first = bureau.api(person=people["duty"]).post(path, {}).get_json()
    second = bureau.api(person=people["head"]).post(path, {})
    assert (first["first"], second.status_code, second.get_json()["first"]) == (True, 200, False)
    assert second.get_json()["alert"]["acknowledged_by"] == f"staff:{people['duty']}"
    assert first["alert"]["clocks"] == {"first_alert_seconds": 3, "acknowledged_seconds": 33}
    for _ in range(6):
        bureau.system.tick(minutes=30)
    assert bureau.alerts()[0]["state"] == "acknowledged"
    assert {message["rung"] for message in bureau.messages()} == {0}
    assert len(bureau.system.events("notify", AlertAcknowledged)) == 1
    assert bureau.system.events("notify", AlertEscalated) == []


def test_a_marked_alert_climbs_until_the_mark_is_confirmed_in_one_tap(bureau: Any) -> None:
    people = staffed(bureau)
    check = bureau.fever()
    bureau.retest(check, normal=True)
    bureau.system.tick(minutes=2)
    [alert] = bureau.alerts()
    assert (alert["state"], alert["rung"]) == ("marked", 1)
    path = f"/notify/api/v1/alerts/{alert['id']}/acknowledgement"
    wrong = bureau.api(person=people["duty"]).post(path, {"mark": "entry_error"})
    assert wrong.status_code == 409
    taken = bureau.api(person=people["duty"]).post(path, {"mark": "retest_normal"}).get_json()["alert"]
    assert (taken["state"], taken["mark"]) == ("acknowledged", "retest_normal")
    assert taken["mark_confirmed_at"] is not None
    bureau.system.tick(minutes=60)
    [event] = bureau.system.events("notify", AlertAcknowledged)
    assert event.data["mark"] == "retest_normal"
    assert bureau.alerts()[0]["rung"] == 1


def test_a_mark_that_comes_after_the_answer_is_confirmed_by_its_own_tap(bureau: Any) -> None:
    staffed(bureau)
    check = bureau.fever()
    [alert] = bureau.alerts()
    path = f"/notify/api/v1/alerts/{alert['id']}/acknowledgement"
    bureau.api().post(path, {})
    bureau.void(check)
    assert bureau.api().post(path, {}).get_json()["alert"]["mark_confirmed_at"] is None
    assert bureau.api().post(path, {"mark": "entry_error"}).get_json()["alert"]["mark_confirmed_at"] is not None
    bureau.system.settle()
    assert [one.data["mark"] for one in bureau.system.events("notify", AlertAcknowledged)] == ["none", "entry_error"]


def test_a_timer_of_an_older_ladder_version_does_nothing(bureau: Any) -> None:
    staffed(bureau)
    bureau.fever()

    def keep_stale(op: Op) -> None:
        timer = op.db.scalars(select(Timer)).one()
        timer.ladder_version -= 1

    bureau.host.run_system(keep_stale, system("notify"))
    bureau.system.tick(minutes=30)
    assert bureau.alerts()[0]["rung"] == 0


def test_the_same_alert_never_goes_twice_to_a_person_by_a_channel(bureau: Any) -> None:
    staffed(bureau)
    bureau.fever()
    for _ in range(8):
        bureau.system.tick(minutes=10)
    pairs = [(message["recipient"], message["channel_id"]) for message in bureau.messages()]
    assert len(pairs) == len(set(pairs))

    def again(op: Op) -> None:
        row = op.db.scalars(select(Message)).first()
        assert row is not None
        op.db.add(
            Message(
                id="x", site=row.site, alert_id=row.alert_id, channel_id=row.channel_id, channel_kind="in_app",
                recipient=row.recipient, subject="", text="", state="queued", created_at=op.now,
            )
        )  # fmt: skip
        op.db.flush()

    with pytest.raises(Exception, match="UNIQUE"):
        bureau.host.run_system(again, system("notify"))


def test_another_group_sees_and_answers_only_what_is_its_own(bureau: Any) -> None:
    staffed(bureau)
    bureau.fever()
    [alert] = bureau.alerts(Role.COORDINATOR)
    path = f"/notify/api/v1/alerts/{alert['id']}/acknowledgement"
    assert bureau.api(Role.COORDINATOR).post(path, {}).status_code == 403
    assert bureau.api(Role.MONITOR).post(path, {}).status_code == 404
    assert bureau.alerts(Role.MONITOR) == []
    assert bureau.api(Role.LEADER).post(path, {}).status_code == 200
