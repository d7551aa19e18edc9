"""The ledger: what each entrance owes on each day, what was filed, what is told of it."""

from __future__ import annotations

from typing import Any

from common.events.catalogue.coordination import FilingOverdue, FilingReceived
from common.host import count_statements
from common.roles import Role
from common.testing.system import EmbeddedSystem
from tests.unit.coordination.support import API, admin, entrance, sealed


def states(made: EmbeddedSystem, day: str, site: str = "main") -> dict[str, str]:
    answer = made.api(site, Role.COORDINATOR).get(f"{API}/ledger", site=site, day=day)
    assert answer.status_code == 200
    assert answer.get_json()["next"] is None
    return {line["entrance"]: line["state"] for line in answer.get_json()["items"]}


def line(made: EmbeddedSystem, day: str) -> dict[str, Any]:
    items = made.api("main", Role.COORDINATOR).get(f"{API}/ledger", site="main", day=day).get_json()["items"]
    assert len(items) == 1
    return dict(items[0])


def overdue(made: EmbeddedSystem) -> list[tuple[str, str]]:
    made.settle()
    return [(event.data["day"], event.data["place_name"]) for event in made.events("coordination", FilingOverdue)]


def test_a_register_is_due_then_filed(two: EmbeddedSystem) -> None:
    two.tell(entrance(), site="main", subject="e-1")
    assert states(two, "2021-03-01") == {"main": "due"}
    assert line(two, "2021-03-01")["due_at"] == "2021-03-01T10:00:00Z"
    two.tell(sealed("2021-03-01", "2021-03-01T09:40:00+00:00"), site="main", subject="r")
    found = line(two, "2021-03-01")
    assert (found["state"], found["kind"], found["version"], found["head"]) == ("filed", "register", 1, "h1")
    assert found["counts"] == {"total": 12}
    two.settle()
    received = two.events("coordination", FilingReceived)
    assert [(event.data["late"], event.data["version"]) for event in received] == [(False, 1)]
    two.tick(hours=12)
    assert overdue(two) == []


def test_a_missing_register_is_told_once_and_late_when_it_comes(two: EmbeddedSystem) -> None:
    two.tell(entrance(), site="main", subject="e-1")
    two.clock.move(hours=9, minutes=29)
    two.tick()
    assert states(two, "2021-03-01") == {"main": "due"}
    for _ in range(4):
        two.tick(minutes=2)
    assert states(two, "2021-03-01") == {"main": "missing"}
    assert overdue(two) == [("2021-03-01", "正门")]
    two.tell(sealed("2021-03-01", "2021-03-01T10:20:00+00:00"), site="main", subject="r")
    assert states(two, "2021-03-01") == {"main": "late"}
    two.settle()
    assert two.events("coordination", FilingReceived)[0].data["late"] is True
    assert states(two, "2021-03-01", "branch") == {}


def test_half_past_midnight_belongs_to_the_new_day(two: EmbeddedSystem) -> None:
    two.tell(entrance(), site="main", subject="e-1")
    two.tick(hours=16)
    assert states(two, "2021-03-01") == {"main": "missing"}
    assert states(two, "2021-03-02") == {"main": "due"}
    two.tell(sealed("2021-03-01", "2021-03-01T16:30:00+00:00"), site="main", subject="r")
    assert states(two, "2021-03-01") == {"main": "late"}
    assert states(two, "2021-03-02") == {"main": "due"}


def test_on_closed_days_nothing_is_due(two: EmbeddedSystem) -> None:
    two.clock.move(days=58)
    two.tell(entrance(closed_days=["2021-05-07"]), site="main", subject="e-1")
    two.tick(days=12)
    expected = {
        "2021-04-28": "missing", "2021-04-30": "missing", "2021-05-01": "not_due", "2021-05-03": "not_due",
        "2021-05-06": "missing", "2021-05-07": "not_due", "2021-05-08": "missing", "2021-05-09": "not_due",
    }  # fmt: skip
    assert {day: states(two, day)["main"] for day in expected} == expected
    assert [day for day, _ in overdue(two)] == ["2021-04-28", "2021-04-29", "2021-04-30", "2021-05-06", "2021-05-08"]


def test_an_entrance_owes_nothing_for_days_before_it_was_known(two: EmbeddedSystem) -> None:
    two.tell(entrance(opened_on="2021-02-01"), site="main", subject="e-1")
    two.tick(minutes=1)
    assert states(two, "2021-02-26") == {}
    two.tell(sealed("2021-02-26", "2021-03-01T01:00:00+00:00"), site="main", subject="r")
    found = line(two, "2021-02-26")
    assert (found["state"], found["scheduled"], found["due_at"]) == ("filed", False, None)
    two.tick(days=1)
    assert ("2021-02-26", "正门") not in overdue(two)


def test_an_entrance_that_is_opened_in_the_evening_owes_from_the_next_day(two: EmbeddedSystem) -> None:
    two.clock.move(hours=12)
    two.tell(entrance(), site="main", subject="e-1")
    two.tick(minutes=5)
    assert states(two, "2021-03-01") == {"main": "not_due"}
    assert states(two, "2021-03-02") == {"main": "due"}
    assert overdue(two) == []
    two.tell(sealed("2021-03-01", "2021-03-01T13:00:00+00:00"), site="main", subject="r")
    assert states(two, "2021-03-01") == {"main": "filed"}


def test_an_amendment_takes_the_place_of_what_was_filed_and_an_old_one_does_not(two: EmbeddedSystem) -> None:
    two.tell(entrance(), site="main", subject="e-1")
    second = sealed("2021-03-01", "2021-03-01T12:00:00+00:00", version=2, amendment_reason="漏登一人")
    two.tell(second, site="main", subject="r", sequence=2)
    assert line(two, "2021-03-01")["state"] == "late"
    two.tell(sealed("2021-03-01", "2021-03-01T09:00:00+00:00"), site="main", subject="r")
    found = line(two, "2021-03-01")
    assert (found["version"], found["head"], found["amendment_reason"]) == (2, "h2", "漏登一人")
    assert (found["state"], found["filed_at"]) == ("filed", "2021-03-01T09:00:00Z")


def test_a_register_may_come_before_its_entrance_is_known(two: EmbeddedSystem) -> None:
    two.tell(sealed("2021-03-01", "2021-03-01T09:00:00+00:00"), site="main", subject="r")
    assert states(two, "2021-03-01") == {"main": "filed"}
    two.tell(entrance(), site="main", subject="e-1")
    two.tick(hours=12)
    assert states(two, "2021-03-01") == {"main": "filed"}
    assert overdue(two) == []


def test_an_older_state_of_an_entrance_is_ignored_and_a_closed_entrance_owes_nothing(two: EmbeddedSystem) -> None:
    two.tell(entrance(), site="main", subject="e-1", sequence=5)
    two.tell(entrance(opening={}, active=False), site="main", subject="e-1", sequence=4)
    assert states(two, "2021-03-01") == {"main": "due"}
    two.tell(entrance(active=False), site="main", subject="e-1", sequence=6)
    two.tick(hours=12)
    assert overdue(two) == []


def test_the_sites_own_calendar_and_time_count(two: EmbeddedSystem) -> None:
    two.tell(entrance(), site="main", subject="e-1")
    api = admin(two)
    api.request("PATCH", f"{API}/sites/main", {"settings": {"register_due": "17:00"}})
    assert line(two, "2021-03-01")["due_at"] == "2021-03-01T09:00:00Z"
    api.request("PUT", f"{API}/calendar/main/2021-03-01", {"working": False, "reason": "停电"})
    assert states(two, "2021-03-01") == {"main": "not_due"}


def test_weekday_hours_hold_whatever_the_calendar_says(two: EmbeddedSystem) -> None:
    two.tell(entrance(opening={"6": ["09:00", "12:00"], "working": ["08:00", "17:30"]}), site="main", subject="e-1")
    two.tick(days=6)
    assert states(two, "2021-03-06") == {"main": "missing"}
    assert states(two, "2021-03-07") == {"main": "not_due"}


def test_days_that_the_service_slept_through_are_entered_afterwards(two: EmbeddedSystem) -> None:
    two.tell(entrance(), site="main", subject="e-1")
    two.tick(days=4)
    assert [day for day, _ in overdue(two)] == ["2021-03-01", "2021-03-02", "2021-03-03", "2021-03-04"]


def test_a_range_of_days_and_its_limits(two: EmbeddedSystem) -> None:
    two.tell(entrance(), site="main", subject="e-1")
    api = two.api("main", Role.COORDINATOR)
    items = api.get(f"{API}/ledger", site="main", day="2021-03-01", until="2021-03-07").get_json()["items"]
    assert [one["state"] for one in items] == ["due"] * 5 + ["not_due"] * 2
    assert api.get(f"{API}/ledger", site="main", day="2021-03-01", until="2021-02-01").status_code == 422
    assert api.get(f"{API}/ledger", site="main", day="2021-03-01", until="2022-03-01").status_code == 422
    assert api.get(f"{API}/ledger", site="main", day="2021-02-30").status_code == 422
    assert api.get(f"{API}/ledger", site="main").status_code == 422
    assert two.api("main", Role.MONITOR).get(f"{API}/ledger", site="main", day="2021-03-01").status_code == 403


def test_the_ledger_takes_the_same_number_of_statements_for_one_entrance_and_for_thirty(two: EmbeddedSystem) -> None:
    api, counted = two.api("main", Role.COORDINATOR), []
    for number in range(30):
        if number in {1, 29}:
            seen = count_statements(two.hosts["coordination"].engine)
            api.get(f"{API}/ledger", site="main", day="2021-03-01", until="2021-03-31")
            counted.append(len(seen))
        two.tell(entrance(f"e-{number}", code=f"door-{number}"), site="main", subject=f"e-{number}")
    assert counted[0] == counted[1] <= 10
