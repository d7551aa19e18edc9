"""Recording that a step was done or is not needed, and correcting a record (plan G4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from common.op import Op, usecase
from isolation.domain.steps import Judgement, Record, check_words, done_instant, judge, unknown_step
from isolation.domain.words import STEP_STATES
from isolation.models import Incident, IncidentStep, StepRecord
from isolation.usecases.incident_file import load_incident, need_open, steps_of, write_down
from isolation.usecases.step_records import By, put_record, tell_recorded


@dataclass(frozen=True)
class Recorded:
    """The step as it stands now; `judgement` says whether this call changed it."""

    judgement: Judgement
    incident: Incident
    step: IncidentStep
    record: StepRecord


@usecase
def record_step(
    op: Op,
    *,
    incident_id: str,
    step: str,
    state: str,
    outcome: str = "",
    note: str = "",
    receipt: str = "",
    done_at: datetime | None = None,
    amend: bool = False,
    reason: str = "",
    version: int | None = None,
) -> Recorded:
    """Records a step; the same content again changes nothing, another is a correction with its reason.

    Raises NotFound, Invalid (future, before the finding, words missing), Conflict (closed, other content on record).
    """
    incident = load_incident(op, incident_id, version=version)
    steps = steps_of(op, incident)
    found = next((one for one in steps if one.code == step), None)
    if found is None:
        raise unknown_step(step, [one.code for one in steps])
    given = Record(state, outcome, note, receipt, done_instant(done_at, now=op.now, found_at=incident.found_at))
    check_words(given, obligatory=found.obligatory)
    last = op.db.get_one(StepRecord, found.record_id) if found.record_id else None
    judgement = judge(_of(last), given, time_given=done_at is not None, amend=amend, reason=reason)
    if judgement == "same" and last is not None:
        return Recorded(judgement, incident, found, last)
    need_open(incident)
    corrected = judgement == "amendment"
    row = put_record(op, incident, found, given, By(op.caller.id, op.caller.name), reason if corrected else None)
    _write(op, incident, found, given, corrected, reason)
    tell_recorded(op, incident, found, row)
    op.audit(
        "step.amended" if corrected else "step.recorded",
        site=incident.site,
        subject=f"incident:{incident.id}",
        particulars={"step": found.code, "state": state, "record": row.id, "late": row.late},
    )
    return Recorded(judgement, incident, found, row)


def _of(row: StepRecord | None) -> Record | None:
    return None if row is None else Record(row.state, row.outcome, row.note, row.receipt, row.done_at, row.preset)


def _write(op: Op, incident: Incident, step: IncidentStep, given: Record, corrected: bool, reason: str) -> None:
    state = STEP_STATES[given.state]
    code = "step.amended" if corrected else f"step.{given.state}{'_late' if step.late else ''}"
    said = [part for part in (given.outcome, given.note, given.receipt, reason if corrected else "") if part]
    params = {"step_zh": step.name_zh, "step_en": step.name_en, "state_zh": state.zh, "state_en": state.en}
    write_down(op, incident, code, at=given.done_at, params=params, text=" · ".join(said))
