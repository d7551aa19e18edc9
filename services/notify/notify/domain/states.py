"""An alert's state, and what retests, voids and age make of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from notify.domain.routes import Severity

State = Literal["open", "acknowledged", "closed", "exhausted"]
PublicState = Literal["open", "acknowledged", "marked", "closed", "exhausted"]
Mark = Literal["none", "retest_normal", "entry_error"]

CALLING: tuple[State, ...] = ("open", "exhausted")
"""States in which nobody has answered: what is queued is still sent."""

MARK_WORDS: dict[str, tuple[str, str]] = {
    "retest_normal": ("复测正常", "retest normal"),
    "entry_error": ("误录待核", "entered by mistake, to be confirmed"),
}


def mark_of(text: str) -> Mark:
    """A stored mark as what it is."""
    return "retest_normal" if text == "retest_normal" else "entry_error" if text == "entry_error" else "none"


def public_state(state: str, mark: str) -> str:
    """The state as the API tells it: an open alert with a mark waits for the group's confirmation."""
    return "marked" if state == "open" and mark != "none" else state


@dataclass(frozen=True)
class Retest:
    """A second measurement of a held person."""

    check_id: str
    measured_at: datetime
    normal: bool


@dataclass(frozen=True)
class Verdict:
    """What the later events together say of a held check."""

    mark: Mark
    fever_again: bool


def judge(check_id: str, retests: Iterable[Retest], voided: frozenset[str]) -> Verdict:
    """The mark of a check's alert, whatever the order in which its events arrived.

    A voided check is an entry error. Else the last retest that was not itself voided decides; a retest with fever
    raises the severity for good.
    """
    standing = sorted((one for one in retests if one.check_id not in voided), key=lambda one: one.measured_at)
    again = any(not one.normal for one in standing)
    if check_id in voided:
        return Verdict("entry_error", again)
    if standing and standing[-1].normal:
        return Verdict("retest_normal", again)
    return Verdict("none", again)


def severity_of(route: Severity, verdict: Verdict) -> Severity:
    """The severity of a check's alert."""
    return "severe" if verdict.fever_again else route


def is_silent(*, imported: bool, measured_at: datetime, now: datetime, alarm_within_hours: int) -> bool:
    """Whether an alert is stored without sirens: an imported reading older than the protocol still alarms for."""
    return imported and now - measured_at > timedelta(hours=alarm_within_hours)
