"""Closing an incident with its outcome, and opening it again with a reason."""

from __future__ import annotations

from sqlalchemy import or_, select

from common.errors import Conflict
from common.events.catalogue.isolation import IncidentClosed
from common.op import Op, text_or_invalid, usecase
from isolation.domain.closure import check_closure
from isolation.domain.words import OUTCOMES
from isolation.models import Incident, IncidentLink
from isolation.models.base import NAME_LENGTH
from isolation.usecases.incident_file import load_incident, steps_of, write_down


@usecase
def close_incident(
    op: Op, *, incident_id: str, outcome: str, note: str = "", reason: str = "", version: int | None = None
) -> Incident:
    """Closes the incident. `reason`: why it is closed although obligatory steps are open.

    Closing a closed one with the same outcome changes nothing. Raises NotFound, Stale, Invalid, Conflict.
    """
    incident = load_incident(op, incident_id, version=version)
    if incident.state == "closed":
        if incident.outcome == outcome:
            return incident
        raise Conflict(
            "incident.closed_otherwise",
            "Incident {number} is already closed with the outcome '{outcome}'.",
            "事件 {number} 已以“{outcome_zh}”关闭。",
            number=incident.number,
            outcome=incident.outcome,
            outcome_zh=OUTCOMES[incident.outcome or "other"].zh,
        )
    missing = [step for step in steps_of(op, incident) if step.obligatory and step.state == "open"]
    check_closure(
        outcome, note=note, reason=reason, linked=_is_linked(op, incident),
        open_steps=[step.name_en for step in missing], open_steps_zh=[step.name_zh for step in missing],
    )  # fmt: skip
    words = OUTCOMES[outcome]
    write_down(
        op, incident, "incident.closed_with_open_steps" if missing else "incident.closed",
        text=" · ".join(part for part in (note, reason if missing else "") if part),
        params={
            "outcome_zh": words.zh, "outcome_en": words.en,
            "steps_zh": "、".join(step.name_zh for step in missing),
            "steps_en": ", ".join(step.name_en for step in missing),
        },
    )  # fmt: skip
    incident.state, incident.outcome = "closed", outcome
    incident.closed_at, incident.closed_by = op.now, op.caller.name[:NAME_LENGTH]
    op.emit(
        IncidentClosed(
            incident_id=incident.id, check_id=incident.check_id, outcome=outcome, closed_at=op.now, by_ref=op.caller.id
        ),
        site=incident.site,
        subject=incident.id,
        sequence=incident.version,
    )
    op.audit(
        "incident.closed",
        site=incident.site,
        subject=f"incident:{incident.id}",
        particulars={"outcome": outcome, "open_steps": [step.code for step in missing]},
    )
    return incident


@usecase
def reopen_incident(op: Op, *, incident_id: str, reason: str, version: int | None = None) -> Incident:
    """Opens a closed incident again. Raises NotFound, Stale, Invalid without a reason, Conflict if it is open."""
    incident = load_incident(op, incident_id, version=version)
    why = text_or_invalid(reason, field="reason", words=("The reason", "原因"))
    if incident.state == "open":
        raise Conflict(
            "incident.open", "Incident {number} is open.", "事件 {number} 尚未关闭。", number=incident.number
        )
    incident.state, incident.outcome, incident.closed_at, incident.closed_by = "open", None, None, None
    write_down(op, incident, "incident.reopened", text=why)
    op.audit("incident.reopened", site=incident.site, subject=f"incident:{incident.id}", particulars={})
    return incident


def _is_linked(op: Op, incident: Incident) -> bool:
    mine = or_(IncidentLink.first_id == incident.id, IncidentLink.second_id == incident.id)
    return (
        op.db.scalars(select(IncidentLink.id).where(mine, IncidentLink.active.is_(True)).limit(1)).first() is not None
    )
