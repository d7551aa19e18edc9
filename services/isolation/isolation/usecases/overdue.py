"""Telling of obligatory steps whose deadline passed, once each."""

from __future__ import annotations

from sqlalchemy import select

from common.events.catalogue.isolation import StepOverdue
from common.op import Op, usecase
from isolation.models import Incident, IncidentStep
from isolation.usecases.incident_file import write_down
from isolation.usecases.measure import observe_overdue

BATCH = 200


@usecase
def tell_overdue_steps(op: Op, *, site: str) -> int:
    """Marks each newly overdue step and publishes it; says how many there were.

    Steps of an incident too old to alarm are marked alone: nobody is woken for a reading of three weeks ago.
    """
    rows = op.db.execute(
        select(IncidentStep, Incident)
        .join(Incident, Incident.id == IncidentStep.incident_id)
        .where(
            IncidentStep.site == site,
            IncidentStep.state == "open",
            IncidentStep.due_at < op.now,
            IncidentStep.obligatory.is_(True),
            IncidentStep.overdue_told_at.is_(None),
            Incident.state == "open",
        )
        .order_by(Incident.id, IncidentStep.position)
        .limit(BATCH)
        .with_for_update(of=Incident)
    ).all()
    for step, incident in rows:
        step.overdue_told_at = op.now
        params = {"step_zh": step.name_zh, "step_en": step.name_en}
        write_down(op, incident, "step.overdue", at=step.due_at, params=params)
        if not incident.silent:
            op.emit(
                StepOverdue(
                    incident_id=incident.id, number=incident.number, check_id=incident.check_id, step=step.code,
                    step_name=step.name_zh, due_at=step.due_at,
                ),
                site=site, subject=incident.id, sequence=incident.version,
            )  # fmt: skip
    observe_overdue(op, site, len(rows))
    return len(rows)
