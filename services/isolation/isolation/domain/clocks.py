"""The clocks of an incident: found → first alert → acknowledged → authority told → closed (plan P1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from common.protocol import AlertRules


@dataclass(frozen=True)
class Limits:
    """How many seconds the protocol gives each clock."""

    first_alert: int
    acknowledged: int
    authority_told: int


@dataclass(frozen=True)
class Marks:
    """The instants that clocks stop at, each `None` until it has come."""

    first_alert: datetime | None
    acknowledged: datetime | None
    authority_told: datetime | None
    closed: datetime | None


@dataclass(frozen=True)
class Clock:
    """One clock. `seconds` run on while it is `running`; `kept` is `None` where nothing can be said (yet)."""

    code: str
    state: Literal["reached", "running", "none"]
    at: datetime | None
    seconds: int | None
    limit: int | None
    kept: bool | None


def limits_of(rules: AlertRules) -> Limits:
    """The protocol's limits in seconds."""
    return Limits(
        rules.first_alert_within_seconds, rules.acknowledge_within_minutes * 60, rules.authority_within_minutes * 60
    )


def read_clocks(
    counted_from: datetime, now: datetime, marks: Marks, limits: Limits, *, silent: bool, authority_owed: bool
) -> tuple[Clock, ...]:
    """The four clocks at `now`.

    A silent incident (too old to alarm) owes no alert and no acknowledgement; one whose step `authority` was left out,
    or that has no such step, owes no report.
    """
    ended = marks.closed
    return (
        _clock("first_alert", counted_from, marks.first_alert, now, ended, limits.first_alert, owed=not silent),
        _clock("acknowledged", counted_from, marks.acknowledged, now, ended, limits.acknowledged, owed=not silent),
        _clock(
            "authority_told", counted_from, marks.authority_told, now, ended, limits.authority_told,
            owed=authority_owed,
        ),
        _clock("closed", counted_from, marks.closed, now, ended, None, owed=True),
    )  # fmt: skip


def seconds_between(start: datetime, end: datetime) -> int:
    """Whole seconds from one instant to another, never less than nothing (two machines' clocks differ a little)."""
    return max(0, int((end - start).total_seconds()))


def _clock(
    code: str, start: datetime, at: datetime | None, now: datetime, ended: datetime | None, limit: int | None, *,
    owed: bool,
) -> Clock:  # fmt: skip
    if at is not None:
        seconds = seconds_between(start, at)
        kept = None if limit is None or not owed else seconds <= limit
        return Clock(code, "reached", at, seconds, limit, kept)
    if not owed or ended is not None:
        missed = owed and limit is not None and ended is not None and seconds_between(start, ended) > limit
        return Clock(code, "none", None, None, limit, False if missed else None)
    seconds = seconds_between(start, now)
    return Clock(code, "running", None, seconds, limit, False if limit is not None and seconds > limit else None)
