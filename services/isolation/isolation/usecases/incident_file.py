"""What use cases about one incident share: loading it for a change, and writing down what happened."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select

from common.errors import Conflict, NotFound, Stale, not_found
from common.ids import is_id, new_id
from common.op import Op
from isolation.models import Incident, IncidentStep, TimelineEntry
from isolation.models.base import NAME_LENGTH


def no_incident(incident_id: str) -> NotFound:
    """The answer for an incident that is not there, or of another site."""
    return not_found("incident", "事件", incident_id[:64])


def load_incident(op: Op, incident_id: str, *, version: int | None = None) -> Incident:
    """The incident, locked until the transaction ends.

    Raises NotFound; Stale if `version` is given and is not the one the caller read.
    """
    found = None
    if is_id(incident_id):
        found = op.db.scalars(
            select(Incident)
            .where(Incident.id == incident_id)
            .with_for_update()
            .execution_options(populate_existing=True)
        ).one_or_none()
    if found is None:
        raise no_incident(incident_id)
    if version is not None and found.version != version:
        raise Stale(
            "incident.stale",
            "Somebody changed this incident since you read it (version {now}, yours {yours}): read it again.",
            "该事件已被他人更新(当前版本 {now},您的版本 {yours}):请刷新后重试。",
            now=found.version,
            yours=version,
        )
    return found


def need_open(incident: Incident) -> None:
    """Raises Conflict for a closed incident: it is reopened, with a reason, before it is worked on."""
    if incident.state != "open":
        raise Conflict(
            "incident.closed",
            "Incident {number} is closed: reopen it with a reason first.",
            "事件 {number} 已关闭:请先说明原因重新打开。",
            number=incident.number,
        )


def steps_of(op: Op, incident: Incident) -> list[IncidentStep]:
    """The incident's steps in the protocol's order."""
    return list(
        op.db.scalars(
            select(IncidentStep).where(IncidentStep.incident_id == incident.id).order_by(IncidentStep.position)
        )
    )


def write_down(
    op: Op,
    incident: Incident,
    code: str,
    *,
    at: datetime | None = None,
    params: Mapping[str, Any] | None = None,
    text: str | None = None,
    actor: tuple[str, str | None] | None = None,
) -> None:
    """Adds to the timeline and raises the incident's version.

    `at` is when it happened (now if not said); `actor` a reference and, where known, a name (the caller if not said).
    """
    ref, name = actor or (op.caller.id, op.caller.name)
    if ref.startswith("system:"):
        name = None
    op.db.add(
        TimelineEntry(
            id=new_id(),
            site=incident.site,
            incident_id=incident.id,
            at=at or op.now,
            recorded_at=op.now,
            code=code,
            params=dict(params or {}),
            text=text or None,
            actor_ref=ref,
            actor_name=name[:NAME_LENGTH] if name else None,
        )
    )
    incident.version += 1
