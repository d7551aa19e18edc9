"""What is kept and for how long, and what is counted."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from prometheus_client import REGISTRY

from common.audit.tables import AuditEntry
from common.caller import system
from common.events.catalogue.coordination import SiteChanged
from common.op import Op
from common.roles import Role


def retention(bureau: Any, **days: Any) -> None:
    told = SiteChanged(code="main", name="甲", name_en="A", settings={"retention": days})
    bureau.system.tell(told, site="main", subject="main", sequence=10)


def actions(bureau: Any) -> list[str]:
    def read(op: Op) -> list[str]:
        return [entry.action for entry in op.db.query(AuditEntry).all()]

    found: list[str] = bureau.host.run_system(read, system("notify"))
    return found


def handled(bureau: Any) -> str:
    bureau.fever()
    [alert] = bureau.alerts()
    bureau.api().post(f"/notify/api/v1/alerts/{alert['id']}/acknowledgement", {})
    found: str = alert["id"]
    return found


def test_messages_go_after_their_days_and_alerts_after_those_of_incidents(bureau: Any) -> None:
    retention(bureau, messages=30, incidents=180)
    bureau.person("王甲", Role.EMERGENCY)
    alert = handled(bureau)
    bureau.system.tick(days=29)
    assert len(bureau.messages()) == 1
    assert "messages.purged" not in actions(bureau)
    bureau.system.tick(days=2)
    assert bureau.messages() == []
    assert actions(bureau).count("messages.purged") == 1
    assert bureau.api().get(f"/notify/api/v1/alerts/{alert}").status_code == 200
    bureau.system.tick(days=150)
    assert bureau.api().get(f"/notify/api/v1/alerts/{alert}").status_code == 404
    bureau.system.tick(hours=1)
    assert actions(bureau).count("messages.purged") == 2


def test_nothing_goes_while_the_archive_flag_stands_and_nothing_unanswered_ever(bureau: Any) -> None:
    retention(bureau, messages=30, incidents=180, archive=True)
    bureau.person("王甲", Role.EMERGENCY)
    handled(bureau)
    bureau.system.tick(days=500)
    assert len(bureau.messages()) == 1
    retention_over = SiteChanged(code="main", name="甲", name_en="A", settings={"retention": {"incidents": 180}})
    bureau.system.tell(retention_over, site="main", subject="main", sequence=11)
    bureau.fever()
    for _ in range(4):
        bureau.system.tick(days=200)
    assert [alert["state"] for alert in bureau.alerts()] == ["exhausted"]


def sample(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


@pytest.mark.parametrize("clock", ["first_alert", "acknowledged"])
def test_the_clocks_of_a_fever_are_counted_once(bureau: Any, clock: str) -> None:
    name = f"sizao_fever_{clock}_seconds"
    count, total = sample(f"{name}_count", site="main"), sample(f"{name}_sum", site="main")
    bureau.person("王甲", Role.EMERGENCY)
    told = bureau.held()
    for _ in range(2):
        bureau.system.tell(told, site="main", subject=told.check_id)
    bureau.system.clock.move(seconds=17)
    [alert] = bureau.alerts()
    for _ in range(2):
        bureau.api().post(f"/notify/api/v1/alerts/{alert['id']}/acknowledgement", {})
    assert sample(f"{name}_count", site="main") == count + 1
    assert sample(f"{name}_sum", site="main") == total + (3 if clock == "first_alert" else 20)


def test_old_imported_fevers_are_not_in_the_clocks(bureau: Any) -> None:
    before = sample("sizao_fever_first_alert_seconds_count", site="main")
    bureau.person("王甲", Role.EMERGENCY)
    bureau.fever(imported=True, measured_at=bureau.system.clock.now() - timedelta(days=20))
    assert sample("sizao_fever_first_alert_seconds_count", site="main") == before


def test_unanswered_exhausted_and_unreachable_alerts_show_in_the_gauges(bureau: Any) -> None:
    bureau.fever(site="branch")
    bureau.person("王甲", Role.EMERGENCY)
    bureau.fever()
    bureau.system.tick(seconds=2)
    assert sample("sizao_alerts_open", site="main") == 1
    assert sample("sizao_alerts_exhausted", site="branch") == 1
    assert sample("sizao_alerts_reaching_nobody", site="branch") == 1
    [alert] = bureau.alerts()
    bureau.api().post(f"/notify/api/v1/alerts/{alert['id']}/acknowledgement", {})
    bureau.system.tick(seconds=2)
    assert sample("sizao_alerts_open", site="main") == 0
