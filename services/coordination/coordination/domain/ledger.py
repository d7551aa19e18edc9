"""The ledger's rules: on which days an entrance owes its register, and what the state of a filing is (plan G1, G3)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Literal

State = Literal["filed", "late", "missing", "due", "not_due"]


def is_open(opening: Mapping[str, Any], closed_days: frozenset[date], day: date, *, working: bool) -> bool:
    """Whether an entrance is open on a local day.

    `opening` maps a weekday (`1` Monday … `7`) or `working` (every working day of the site's calendar) to hours; a
    weekday's entry holds whatever the calendar says of that day, and empty hours mean closed.
    """
    if day in closed_days:
        return False
    weekday = str(day.isoweekday())
    if weekday in opening:
        return bool(opening[weekday])
    return working and bool(opening.get("working"))


def state_of(due_at: datetime | None, filed_at: datetime | None, now: datetime) -> State:
    """filed in time (or without being owed), late, missing, due (its time has not come), not_due (nothing is owed)."""
    if filed_at is not None:
        return "late" if due_at is not None and filed_at > due_at else "filed"
    if due_at is None:
        return "not_due"
    return "missing" if now > due_at else "due"
