"""Putting a record on a step: shared by a person's own record and by a confirmed mark."""

from __future__ import annotations

from dataclasses import dataclass

from common.events.catalogue.isolation import StepRecorded
from common.ids import new_id
from common.op import Op
from isolation.domain.steps import AUTHORITY, Record
from isolation.models import Incident, IncidentStep, StepRecord
from isolation.models.base import NAME_LENGTH
from isolation.usecases.measure import observe_clock


@dataclass(frozen=True)
class By:
    """Who recorded it."""

    ref: str
    name: str


def put_record(
    op: Op, incident: Incident, step: IncidentStep, record: Record, by: By, reason: str | None = None
) -> StepRecord:
    """Adds a record that counts from now on; earlier ones stay. The step's state, lateness and clock follow it."""
    row = StepRecord(
        id=new_id(), site=incident.site, incident_id=incident.id, step_id=step.id,
        state=record.state, outcome=record.outcome, note=record.note, receipt=record.receipt,
        done_at=record.done_at, recorded_at=op.now, by_ref=by.ref, by_name=by.name[:NAME_LENGTH],
        late=record.state == "done" and record.done_at > step.due_at, preset=record.preset, reason=reason,
    )  # fmt: skip
    op.db.add(row)
    step.state, step.record_id, step.late = record.state, row.id, row.late
    if step.code == AUTHORITY:
        _stop_clock(op, incident, record)
    return row


def tell_recorded(op: Op, incident: Incident, step: IncidentStep, row: StepRecord) -> None:
    """Publishes a record. An outcome in a person's own words stays here: it may name somebody."""
    offered = {word for pair in step.outcomes for word in pair}
    op.emit(
        StepRecorded(
            incident_id=incident.id,
            check_id=incident.check_id,
            step=step.code,
            state=row.state,  # type: ignore[arg-type] # the database holds no other
            outcome=row.outcome if row.preset or row.outcome in offered else "",
            done_at=row.done_at,
            by_ref=row.by_ref,
            late=row.late,
        ),
        site=incident.site,
        subject=incident.id,
        sequence=incident.version,
    )


def _stop_clock(op: Op, incident: Incident, record: Record) -> None:
    before = incident.authority_told_at
    incident.authority_owed = record.state == "done"
    incident.authority_told_at = record.done_at if record.state == "done" else None
    if before is None:
        observe_clock(op, incident, "authority_told")
