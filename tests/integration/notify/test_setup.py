"""Duty lists and routes: what is set is what happens, and what can reach nobody is refused."""

from __future__ import annotations

from datetime import date
from typing import Any

from common.events.catalogue.screening import CheckHeld
from common.roles import Role

DAY = date(2021, 3, 1)
ROUTE = f"/notify/api/v1/routes/{CheckHeld.event_type}"


def put(bureau: Any, people: list[str], day: date = DAY, *roles: Role) -> Any:
    return bureau.api(*roles).request(
        "PUT", "/notify/api/v1/duty", {"site": "main", "group": "emergency", "day": str(day), "people": people}
    )


def test_a_day_takes_over_the_list_of_the_day_before_without_those_who_are_away(bureau: Any) -> None:
    one, two = bureau.person("王甲", Role.EMERGENCY), bureau.person("钱乙", Role.EMERGENCY, leave=date(2021, 3, 2))
    assert put(bureau, [one, two]).status_code == 200
    told = bureau.api().post("/notify/api/v1/duty/copies", {"site": "main", "group": "emergency", "day": "2021-03-02"})
    found = told.get_json()
    assert [one["name"] for one in found["people"] if one["on_duty"]] == ["王甲"]
    assert (found["listed"], found["left_out"]) == (True, ["钱*"])
    none = bureau.api().post("/notify/api/v1/duty/copies", {"site": "main", "group": "emergency", "day": "2021-05-02"})
    assert (none.status_code, none.get_json()["code"]) == (422, "duty.none_before")


def test_a_list_of_strangers_absentees_or_unreachable_people_is_refused(bureau: Any) -> None:
    away = bureau.person("王甲", Role.EMERGENCY, leave=DAY)
    stranger = bureau.person("钱乙", Role.STOREKEEPER)
    silent = bureau.person("孙丙")
    bureau.group("emergency", away, silent)
    codes = [put(bureau, [who]).get_json()["code"] for who in (away, stranger, silent, "nobody")]
    assert codes == ["duty.away", "duty.not_of_group", "duty.unreachable", "duty.not_of_group"]
    told = bureau.api().get("/notify/api/v1/duty", site="main", group="emergency", day=str(DAY)).get_json()
    assert told["listed"] is False


def test_only_the_groups_own_people_coordination_and_admins_set_its_list(bureau: Any) -> None:
    person = bureau.person("王甲", Role.EMERGENCY)
    allowed = {
        role: put(bureau, [person], DAY, role).status_code for role in (Role.EMERGENCY, Role.COORDINATOR, Role.ADMIN)
    }
    refused = {role: put(bureau, [person], DAY, role).status_code for role in (Role.LEADER, Role.MONITOR, Role.AUDITOR)}
    assert set(allowed.values()) == {200}
    assert set(refused.values()) == {403}


def test_a_route_to_a_group_of_nobody_is_refused_and_one_to_somebody_is_followed(bureau: Any) -> None:
    admin = bureau.api(Role.ADMIN)
    rule = {"site": "main", "group": "monitoring", "severity": "severe", "ladder": False}
    refused = admin.request("PUT", ROUTE, rule)
    assert (refused.status_code, refused.get_json()["code"]) == (422, "route.reaches_nobody")
    guard = bureau.person("王甲", Role.MONITOR)
    stored = admin.request("PUT", ROUTE, rule)
    assert (stored.status_code, stored.get_json()["version"]) == (200, 1)
    stale = admin.request("PUT", ROUTE, rule, headers={"If-Match": '"0"'})
    assert stale.status_code == 412
    bureau.fever()
    [alert] = bureau.alerts(Role.MONITOR)
    assert (alert["group"], alert["severity"]) == ("monitoring", "severe")
    assert [message["recipient"] for message in bureau.messages()] == [guard]
    bureau.system.tick(hours=3)
    assert bureau.alerts(Role.MONITOR)[0]["state"] == "open"


def test_routes_say_whom_they_reach(bureau: Any) -> None:
    bureau.person("王甲", Role.EMERGENCY)
    routes = bureau.api(Role.ADMIN).get("/notify/api/v1/routes", site="main").get_json()["items"]
    found = {one["event_type"].split(".")[2]: (one["group"], one["people"], one["reaches_nobody"]) for one in routes}
    assert found == {
        "check": ("emergency", 1, False),
        "step": ("emergency", 1, False),
        "filing": ("coordination", 0, True),
    }


def test_an_older_state_of_a_person_never_overwrites_a_newer_one(bureau: Any) -> None:
    person = bureau.person("王甲", Role.EMERGENCY)
    bureau.person("王甲", Role.EMERGENCY, active=False, known=person)
    bureau._sequence = 0
    bureau.person("王甲", Role.EMERGENCY, known=person)
    bureau.fever()
    assert bureau.alerts()[0]["reaches_nobody"] is True


def test_words_that_are_wrong_are_answered_in_words(bureau: Any) -> None:
    api = bureau.api(Role.ADMIN)
    assert api.get("/notify/api/v1/alerts", site="main", state="loud").status_code == 422
    assert api.get("/notify/api/v1/alerts", site="main", after="no cursor").get_json()["code"] == "paging.cursor"
    assert api.get("/notify/api/v1/alerts/changes", after="main=1").get_json()["code"] == "alerts.after"
    assert api.get("/notify/api/v1/duty", site="main", group="cooks").get_json()["code"] == "duty.group"
    assert api.request("PUT", ROUTE, {"site": "main"}, headers={"If-Match": "abc"}).status_code in {400, 422}
    assert api.get("/notify/api/v1/alerts/no-such-id").status_code == 404
    bureau.person("王甲", Role.EMERGENCY)
    bureau.fever()
    [alert] = bureau.alerts()
    told = bureau.api().post(f"/notify/api/v1/alerts/{alert['id']}/acknowledgement", {"mark": "fine"})
    assert told.status_code == 422
