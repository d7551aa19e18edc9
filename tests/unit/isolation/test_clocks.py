"""The clocks of a whole story, and what Prometheus sees of them."""

from __future__ import annotations

from datetime import timedelta

from prometheus_client import REGISTRY

from common.ids import new_id
from tests.unit.isolation.conftest import SITE, Bureau


def observed(clock: str) -> tuple[float, float]:
    """(count, sum of seconds) of a clock's histogram at the site."""
    name = f"sizao_incident_{clock}_seconds"
    count = REGISTRY.get_sample_value(f"{name}_count", {"site": SITE}) or 0.0
    return count, REGISTRY.get_sample_value(f"{name}_sum", {"site": SITE}) or 0.0


def test_the_clocks_of_a_whole_story(bureau: Bureau) -> None:
    before = {clock: observed(clock) for clock in ("first_alert", "acknowledged", "authority_told")}
    check = bureau.held()
    running = bureau.incident(check)["clocks"]
    assert [(one["code"], one["state"], one["kept"]) for one in running] == [
        ("first_alert", "running", None), ("acknowledged", "running", None), ("authority_told", "running", None),
        ("closed", "running", None),
    ]  # fmt: skip
    bureau.system.clock.move(seconds=61)
    assert [one["kept"] for one in bureau.incident(check)["clocks"]] == [False, None, None, None]
    alert = bureau.raised(check, first_sent_at=bureau.now - timedelta(seconds=41))
    bureau.system.clock.move(minutes=11)
    bureau.acknowledged(check, alert)
    bureau.system.clock.move(minutes=20)
    incident = bureau.incident(check)
    for step in ("isolate", "authority", "hospital"):
        bureau.record(incident, step)
    bureau.system.clock.move(minutes=30)
    bureau.close(incident)
    clocks = {one["code"]: (one["seconds"], one["kept"]) for one in bureau.incident(check)["clocks"]}
    assert clocks == {
        "first_alert": (20, True),
        "acknowledged": (61 + 660, False),
        "authority_told": (61 + 660 + 1200, True),
        "closed": (61 + 660 + 1200 + 1800, None),
    }
    for clock, (count, total) in before.items():
        assert observed(clock) == (count + 1, total + clocks[clock][0])


def test_a_clock_is_counted_once_however_often_it_is_told(bureau: Bureau) -> None:
    check, alert = bureau.held(), new_id()
    count = observed("first_alert")[0]
    bureau.raised(check, alert=alert)
    bureau.raised(check, alert=alert)
    bureau.raised(check)
    assert observed("first_alert")[0] == count + 1


def test_old_imports_owe_no_alert_and_are_not_counted(bureau: Bureau) -> None:
    count = observed("authority_told")[0]
    check = bureau.held(imported=True, measured_at=bureau.now - timedelta(days=21))
    bureau.raised(check, first_sent_at=None, silent=True)
    bureau.system.clock.move(minutes=30)
    bureau.record(bureau.incident(check), "authority")
    incident = bureau.incident(check)
    assert [(one["state"], one["kept"]) for one in incident["clocks"][:3]] == [
        ("none", None), ("none", None), ("reached", True),
    ]  # fmt: skip
    assert "alert.silent" in [entry["code"] for entry in incident["timeline"]]
    assert observed("authority_told")[0] == count


def test_an_incident_closed_unanswered_over_the_limit_did_not_keep_it(bureau: Bureau) -> None:
    check = bureau.held()
    bureau.system.clock.move(minutes=11)
    bureau.close(bureau.incident(check), "left", reason="离开")
    clocks = bureau.incident(check)["clocks"]
    assert [(one["state"], one["kept"]) for one in clocks] == [
        ("none", False), ("none", False), ("none", None), ("reached", None),
    ]  # fmt: skip
