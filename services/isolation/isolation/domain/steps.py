"""Recording a step of an incident: what may be said, and whether it is new, the same again, or a correction (G4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from common.errors import Conflict, Invalid, NotFound

AUTHORITY = "authority"
"""Code of the protocol's step whose doing stops the clock "authority told" (plan P1)."""

Judgement = Literal["new", "same", "amendment"]


@dataclass(frozen=True)
class Record:
    """What was said about a step. `preset`: set by a confirmed mark, so a person's own record replaces it freely."""

    state: str
    outcome: str
    note: str
    receipt: str
    done_at: datetime
    preset: bool = False


def due_at(counted_from: datetime, within_minutes: int) -> datetime:
    """A step's deadline: the protocol's minutes from when the incident counts."""
    return counted_from + timedelta(minutes=within_minutes)


def done_instant(given: datetime | None, *, now: datetime, found_at: datetime) -> datetime:
    """When the step was done, now if not said. Raises Invalid for the future and for before the finding.

    A form gives minutes: the minute of finding itself counts as the moment of finding.
    """
    if given is None:
        return now
    if given > now:
        raise Invalid(
            "step.future",
            "The step can't have been done in the future: check the time.",
            "办理时间不能晚于现在:请核对。",
            field="done_at",
        )
    if given < found_at.replace(second=0, microsecond=0):
        raise Invalid(
            "step.before_found",
            "The step can't have been done before the person was found: check the time.",
            "办理时间不能早于发现时间:请核对。",
            field="done_at",
        )
    return max(given, found_at)


def check_words(record: Record, *, obligatory: bool) -> None:
    """Raises Invalid if an obligatory step is left out without saying why."""
    if record.state == "not_needed" and obligatory and not (record.outcome or record.note):
        raise Invalid(
            "step.why",
            "Say why this obligatory step is not needed (outcome or note).",
            "此步骤为必办,请说明为何无需办理(结果或备注)。",
            field="note",
        )


def judge(current: Record | None, given: Record, *, time_given: bool, amend: bool, reason: str) -> Judgement:
    """Whether a record is new, the same again, or a correction.

    Raises Conflict where something else is on record (or nothing, for a correction), Invalid for a correction without
    its reason.
    """
    if current is None or current.preset:
        if amend and current is None:
            raise Conflict(
                "step.not_recorded",
                "Nothing is on record for this step yet: record it without 'amend'.",
                "该步骤尚无记录,请直接登记,不必更正。",
                field="amend",
            )
        return "new"
    if same(current, given, time_given=time_given):
        return "same"
    if not amend:
        raise Conflict(
            "step.recorded",
            "This step is already on record with other content ({state}, {outcome}). To correct it send amend: true "
            "with a reason.",
            "该步骤已有不同的记录({state},{outcome})。如需更正,请选择“更正”并说明原因。",
            field="state",
            state=current.state,
            outcome=current.outcome or "—",
        )
    if not reason:
        raise Invalid("step.reason", "A correction needs a reason.", "更正须说明原因。", field="reason")
    return "amendment"


def same(current: Record, given: Record, *, time_given: bool) -> bool:
    """Whether two records say the same; a time that was not given differs from none."""
    alike = (current.state, current.outcome, current.note, current.receipt) == (
        given.state, given.outcome, given.note, given.receipt,
    )  # fmt: skip
    return alike and (not time_given or current.done_at == given.done_at)


def unknown_step(code: str, there_are: Sequence[str]) -> NotFound:
    """The answer to a step that the incident does not have, naming those it has."""
    return NotFound(
        "step.unknown",
        "This incident has no step '{step}'; its steps are: {steps}.",
        "此事件没有步骤“{step}”;已有步骤:{steps}。",
        field="step",
        step=code[:40],
        steps=", ".join(there_are) or "—",
    )
