"""Closing an incident, what retests and voids suggest, and which others may belong to it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from common.errors import Conflict, Invalid
from isolation.domain.words import OUTCOMES

NO_SUGGESTION = "none"


@dataclass(frozen=True)
class Retest:
    """A second measurement of the held person."""

    measured_at: datetime
    normal: bool
    voided: bool


def suggestion_of(*, first_voided: bool, retests: Iterable[Retest]) -> str:
    """What the checks suggest: `entry_error` if the first was voided, else what the last standing retest says.

    By the time of measuring, whatever order the news came in.
    """
    if first_voided:
        return "entry_error"
    standing = [one for one in retests if not one.voided]
    if standing and max(standing, key=lambda one: one.measured_at).normal:
        return "retest_normal"
    return NO_SUGGESTION


def check_closure(
    outcome: str, *, note: str, open_steps: Sequence[str], open_steps_zh: Sequence[str], reason: str, linked: bool
) -> None:
    """Raises Invalid or Conflict if an incident may not be closed like this.

    Obligatory steps that are open need a stated reason (plan G4); `other` needs a note; `merged` needs a linked
    incident that goes on with it.
    """
    if outcome not in OUTCOMES:
        raise Invalid(
            "closure.outcome",
            "Choose one of these outcomes: {outcomes}.",
            "请从以下结果中选择:{outcomes}。",
            field="outcome",
            outcomes=", ".join(OUTCOMES),
        )
    if outcome == "other" and not note:
        raise Invalid("closure.note", "Say in the note what became of it.", "请在备注中说明处置结果。", field="note")
    if outcome == "merged" and not linked:
        raise Conflict(
            "closure.not_linked",
            "Link the incident that goes on with this one first.",
            "请先关联继续处置的事件。",
            field="outcome",
        )
    if open_steps and not reason:
        raise Conflict(
            "closure.steps_open",
            "These obligatory steps are open: {steps}. Do them, or state a reason for closing without them.",
            "以下必办步骤尚未完成:{steps_zh}。请先办理,或说明不办理即关闭的原因。",
            field="reason",
            steps=", ".join(open_steps),
            steps_zh="、".join(open_steps_zh),
        )
