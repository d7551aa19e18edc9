"""Protocols that come with the product, their adoption, and the working calendar."""

from __future__ import annotations

import itertools
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from common.events.catalogue.coordination import CalendarChanged, ProtocolAdopted
from common.roles import Role
from common.testing.system import EmbeddedSystem
from coordination.domain.protocols import Period, in_force
from coordination.usecases.protocols import shipped_protocols
from tests.unit.coordination.support import API, admin

DAYS: dict[str, dict[str, list[tuple[str, int]] | None]] = {
    "covid-7": {"close_contact": [("central", 14)], "secondary_contact": [("home", 14)]},
    "covid-7-trial": {"close_contact": [("central", 14)], "returned": [("home", 14)], "epidemic_area": [("home", 14)]},
    "covid-8": {"close_contact": [("central", 14), ("home", 7)], "secondary_contact": [("central", 7)]},
    "covid-9": {"close_contact": [("central", 7), ("home", 3)], "secondary_contact": [("home", 7)]},
    "covid-twenty": {"close_contact": [("central", 5), ("home", 3)], "secondary_contact": None},
    "covid-ten": {"close_contact": [("home", 5)]},
    "covid-class-b": {"close_contact": None},
}


def test_the_shipped_protocols_say_what_the_texts_say() -> None:
    shipped = shipped_protocols()
    for code, classes in DAYS.items():
        found = {one.code: [(phase.place, phase.days) for phase in one.phases] for one in shipped[code].classes}
        for name, phases in classes.items():
            assert found.get(name) == phases, (code, name)
    seventh = shipped["covid-7"]
    assert [step.code for step in seventh.incident_steps] == ["isolate", "authority", "hospital"]
    assert [one.words.zh for one in seventh.classes] == [
        "确诊", "疑似", "密接", "次密接", "观察", "外地返回", "疫区往返",
    ]  # fmt: skip
    assert all(not one.phases for one in seventh.classes[:2])
    assert seventh.entrance.fever_at == Decimal("37.3")
    assert seventh.alerts.alarm_within_hours == 24
    assert {"咳嗽", "乏力"} <= {one.words.zh for one in seventh.entrance.questions}
    assert shipped["covid-7-trial"].effective_to is None
    assert not shipped["covid-class-b"].compulsory_isolation
    influenza = shipped["influenza-voluntary"].entrance
    assert (influenza.no_mask, influenza.refused_measurement) == ("advise", "advise")


def test_dated_protocols_follow_each_other_without_gap_or_overlap() -> None:
    dated = [one for one in shipped_protocols().values() if one.effective_from is not None]
    for before, after in itertools.pairwise(dated):
        assert before.effective_to is not None
        assert after.effective_from is not None
        assert (after.effective_from - before.effective_to).days == 1
    assert dated[-1].effective_to is None


def adopt(made: EmbeddedSystem, protocol: Any, first: str, last: str | None = None, **more: Any) -> Any:
    body = {"site": "main", "protocol": protocol, "effective_from": first, "effective_to": last, **more}
    return admin(made).post(f"{API}/protocols/adoptions", body)


def test_an_adoption_rises_in_version_and_goes_out_whole(two: EmbeddedSystem) -> None:
    assert adopt(two, "covid-7", "2021-01-01", "2021-05-10").get_json()["version"] == 1
    second = adopt(two, "covid-8", "2021-05-11", "2022-06-27")
    assert (second.status_code, second.get_json()["version"]) == (201, 2)
    two.settle()
    event = two.events("coordination", ProtocolAdopted)[-1]
    assert (event.data["version"], event.data["effective_from"]) == (2, "2021-05-11")
    assert event.data["protocol"]["entrance"]["fever_at"] == "37.3"
    items = admin(two).get(f"{API}/protocols/adoptions", site="main").get_json()["items"]
    assert [one["version"] for one in items] == [2, 1]
    assert len(admin(two).get(f"{API}/protocols").get_json()["items"]) == 8


def test_nonsense_is_refused(two: EmbeddedSystem) -> None:
    assert adopt(two, "covid-7", "2021-03-01", "2021-02-01").get_json()["code"] == "adoption.period"
    assert adopt(two, "covid-7", "2020-01-01", "2021-05-10").get_json()["code"] == "adoption.outside"
    assert adopt(two, "covid-7", "2021-01-01").get_json()["code"] == "adoption.outside"
    assert adopt(two, "covid-99", "2021-01-01").status_code == 404
    assert adopt(two, "covid-7", "2021-02-30").status_code == 422
    assert adopt(two, "covid-7", "2021-01-01", beyond=True).status_code == 201
    assert adopt(two, "covid-7", "2021-02-01", "2021-03-01").get_json()["code"] == "adoption.again"
    assert adopt(two, "covid-7", "2021-01-01", beyond=True).get_json()["code"] == "adoption.again"
    assert adopt(two, "covid-7-trial", "2021-02-01").status_code == 201
    assert adopt(two, "covid-7", "2021-02-01", "2021-03-01").status_code == 201
    assert two.api("main", Role.MONITOR).post(f"{API}/protocols/adoptions", {}).status_code in {403, 422}


def test_a_protocol_of_ones_own_must_make_sense(two: EmbeddedSystem) -> None:
    own = shipped_protocols()["covid-7-trial"].model_dump(mode="json") | {"code": "ours"}
    assert adopt(two, own, "2021-03-01").status_code == 201
    falling = own | {"entrance": own["entrance"] | {"fever_at": "33.0"}}
    assert adopt(two, falling, "2021-03-01").get_json()["code"] == "protocol.bounds"
    orders = own | {"compulsory_isolation": False}
    assert adopt(two, orders, "2021-03-01").get_json()["code"] == "protocol.compulsory"
    assert adopt(two, own | {"fever": 1}, "2021-03-01").status_code == 422


@pytest.mark.parametrize(
    ("day", "version"),
    [("2020-12-31", None), ("2021-01-01", 1), ("2021-02-01", 3), ("2021-02-02", 1), ("2021-06-01", 2)],
)
def test_of_those_that_cover_a_day_the_one_adopted_last_counts(day: str, version: int | None) -> None:
    periods = [
        Period("a", 1, date(2021, 1, 1), date(2021, 3, 1)),
        Period("b", 2, date(2021, 3, 2), None),
        Period("c", 3, date(2021, 2, 1), date(2021, 2, 1)),
    ]
    found = in_force(periods, date.fromisoformat(day))
    assert (found.version if found else None) == version


def year(made: EmbeddedSystem, wanted: int) -> dict[str, Any]:
    body = admin(made).get(f"{API}/calendar", site="main", year=wanted).get_json()
    return {"published": body["published"], **{one["day"]: one["working"] for one in body["items"]}}


def test_the_calendar_is_the_published_one_with_the_sites_own_days(two: EmbeddedSystem) -> None:
    first = year(two, 2021)
    assert (first["2021-02-07"], first["2021-05-03"], first["2021-03-01"]) == (True, False, True)
    api = admin(two)
    put = api.request("PUT", f"{API}/calendar/main/2021-03-01", {"working": False, "reason": "停电"})
    assert put.status_code == 204
    assert year(two, 2021)["2021-03-01"] is False
    api.request("PUT", f"{API}/calendar/main/2021-03-06", {"working": True})
    two.settle()
    event = two.events("coordination", CalendarChanged)[-1]
    assert (event.sequence, event.data) == (2, {"year": 2021, "days": {"2021-03-01": False, "2021-03-06": True}})
    api.request("PUT", f"{API}/calendar/main/2021-03-01", {"working": None})
    assert year(two, 2021)["2021-03-01"] is True


def test_a_year_that_is_not_published_goes_by_the_rule_and_never_fails(two: EmbeddedSystem) -> None:
    later = year(two, 2031)
    assert later["published"] is False
    assert (later["2031-01-01"], later["2031-01-04"]) == (True, False)
    assert admin(two).get(f"{API}/calendar", site="main", year=1999).status_code == 422
    page = two.browser("main", Role.COORDINATOR).get("/coordination/main/calendar", year=2031)
    assert "尚未公布" in page.get_data(as_text=True)
