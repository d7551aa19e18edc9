"""Who is waited for, what a register counts, what may differ from a sealed row (plan G3)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from screening.domain.register import Guard, Signed, counts_of, differences, is_open_on, state_of, waiting


def row(**more: Any) -> dict[str, Any]:
    plain = {
        "sequence": 1,
        "measured_at": "2021-03-01T00:30:00.000000Z",
        "kind": "visitor",
        "name": "测试甲",
        "reading": "36.5",
        "fever": False,
        "mask": True,
        "refused_measurement": False,
        "symptoms": [],
        "manual_hold": None,
        "decision": "admit",
        "reasons": [],
        "guard": "staff:1",
        "late": False,
        "departed_at": None,
        "voided_at": None,
        "completed_at": None,
    }
    return {**plain, **more}


def test_everyone_with_checks_is_waited_for_until_he_signed_for_all_of_them() -> None:
    guards = [Guard("staff:1", "甲", 3), Guard("staff:2", "乙", 1), Guard("device:9", "测温门", 50)]
    assert [guard.name for guard in waiting(guards, [])] == ["甲", "乙"]
    assert [guard.name for guard in waiting(guards, [Signed("staff:1", 2), Signed("staff:2", 1)])] == ["甲"]
    assert waiting(guards, [Signed("staff:1", 3), Signed("staff:2", 1)]) == []


@pytest.mark.parametrize(
    ("version", "signatures", "state"), [(0, 0, "open"), (0, 1, "part_signed"), (1, 1, "sealed"), (2, 2, "amended")]
)
def test_states(version: int, signatures: int, state: str) -> None:
    assert state_of(version, signatures) == state


def test_voided_rows_count_in_the_total_and_as_voided_alone() -> None:
    voided = row(decision="hold", fever=True, voided_at="2021-03-01T01:00:00.000000Z")
    found = counts_of([row(), row(kind="staff"), row(kind="unnamed", decision="refuse"), voided])
    assert found["total"] == found["admit"] + found["refuse"] + found["hold"] + found["voided"] == 4
    assert (found["fever"], found["hold"], found["voided"]) == (0, 0, 1)
    assert (found["staff"], found["visitors"], found["unnamed"]) == (1, 1, 1)


def test_with_the_same_sequence_nothing_may_differ() -> None:
    assert differences(row(), row()) == []
    assert differences(row(), row(name="别人")) == ["name"]
    assert differences(row(), row(departed_at="2021-03-01T01:00:00.000000Z")) == ["departed_at"]


def test_a_correction_changes_its_own_fields_and_never_what_was_measured() -> None:
    left = "2021-03-01T01:00:00.000000Z"
    assert differences(row(), row(sequence=2, departed_at=left)) == []
    assert differences(row(), row(sequence=2, voided_at=left)) == []
    assert differences(row(kind="unnamed"), row(sequence=2, completed_at=left)) == []
    assert differences(row(kind="unnamed"), row(sequence=2, voided_at=left)) == ["kind"]
    assert differences(row(), row(sequence=2, reading="36.4", voided_at=left)) == ["reading"]
    assert differences(row(sequence=2), row(sequence=1)) == ["sequence"]


def test_open_days() -> None:
    monday, saturday = date(2021, 3, 1), date(2021, 3, 6)
    hours = {"working": ["08:00", "17:30"]}
    assert is_open_on(monday, hours, [], working=True)
    assert not is_open_on(monday, hours, ["2021-03-01"], working=True)
    assert not is_open_on(saturday, hours, [], working=False)
    assert is_open_on(saturday, {"6": ["09:00", "12:00"]}, [], working=False)
