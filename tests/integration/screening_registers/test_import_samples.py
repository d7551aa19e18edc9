"""The sample files, line by line, dry and stored, once and again (facts: files)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from common.events.catalogue.screening import CheckHeld, CheckRecorded
from common.roles import Role
from tests.integration.screening_registers.support import IMPORTS, SAMPLES, Town

VISITORS, BROKEN, STAFF = "visitors-2021-03-01.xlsx", "broken.xlsx", "staff-temps-2021-03-01.csv"
OUTCOMES = {"refuse": "refused", "not_measured": "not_measured"}


def send(town: Town, filename: str, **fields: Any) -> dict[str, Any]:
    coordinator = town.api("main", Role.COORDINATOR, who="9")
    content = (SAMPLES / filename).read_bytes()
    answer = coordinator.upload(IMPORTS, content, filename, site="main", entrance="main", **fields)
    assert answer.status_code == 200, answer.get_json()
    found: dict[str, Any] = answer.get_json()
    return found


def listed(answer: Mapping[str, Any]) -> dict[int, str]:
    return {row["line"]: row["outcome"] for row in answer["rows"]}


def wanted(rows: list[dict[str, Any]]) -> dict[int, str]:
    found = {}
    for row in rows:
        if row["result"] in OUTCOMES:
            found[row["line"]] = OUTCOMES[row["result"]]
        elif "warning" in row:
            found[row["line"]] = "warning"
    return found


@pytest.mark.parametrize("filename", [VISITORS, BROKEN, STAFF])
def test_a_sample_gives_what_is_expected_line_by_line(town: Town, expected: dict[str, Any], filename: str) -> None:
    town.bring_staff()
    town.system.clock.move(hours=12)
    rows, totals = expected[filename]["rows"], expected[filename]["totals"]
    dry = send(town, filename, dry_run="true")
    assert not town.system.events("screening", CheckRecorded)
    first = send(town, filename)
    assert {**dry, "id": None, "dry_run": False} == {**first, "id": None}
    assert listed(first) == wanted(rows)
    assert first["accepted"] == totals["accepted"]
    assert first["refused"] == totals["refused"]
    assert first["not_measured"] == totals.get("not_measured", 0)
    assert first["skipped"] == totals.get("skipped_lines", 0)
    assert first["warnings"] == totals.get("accepted_with_warning", 0)
    assert first["fevers"] == totals["fevers"]
    assert first["denied"] == totals["entry_denied"]
    assert first["admitted"] == totals["admitted"]
    assert first["unchanged"] == 0
    assert first["never_measured"] == totals.get("staff_never_measured_that_day", 0)
    again = send(town, filename)
    assert again["unchanged"] == totals["accepted"]
    assert (again["accepted"], again["refused"]) == (0, totals["refused"])
    assert listed(again) == listed(first)
    town.system.settle()
    assert len(town.system.events("screening", CheckRecorded)) == totals["accepted"]
    held = town.system.events("screening", CheckHeld)
    assert len(held) == totals["fevers"]
    assert all(event.data["imported"] for event in held)
