"""Putting incidents together by hand, and apart again; nothing is merged by itself (facts: readings and identity)."""

from __future__ import annotations

from sqlalchemy import select

from common.errors import Invalid, not_found
from common.ids import new_id
from common.op import Op, usecase
from isolation.models import Incident, IncidentLink
from isolation.models.base import NAME_LENGTH
from isolation.usecases.incident_file import load_incident, no_incident, write_down


@usecase
def link_incidents(op: Op, *, incident_id: str, other_id: str, reason: str = "") -> bool:
    """Links two incidents of one site; False if they are linked already. Raises NotFound, Invalid."""
    one, other = _both(op, incident_id, other_id)
    link = _link(op, one, other)
    if link is not None and link.active:
        return False
    if link is None:
        first, second = sorted((one.id, other.id))
        link = IncidentLink(id=new_id(), site=one.site, first_id=first, second_id=second)
        op.db.add(link)
    link.active, link.linked_at = True, op.now
    link.linked_by, link.linked_name = op.caller.id, op.caller.name[:NAME_LENGTH]
    _write(op, one, other, "link.made", reason)
    op.audit("incident.linked", site=one.site, subject=f"incident:{one.id}", particulars={"other": other.id})
    return True


@usecase
def unlink_incidents(op: Op, *, incident_id: str, other_id: str, reason: str = "") -> None:
    """Takes a link back; that it was there stays in both timelines. Raises NotFound."""
    one, other = _both(op, incident_id, other_id)
    link = _link(op, one, other)
    if link is None or not link.active:
        raise not_found("link to incident", "关联事件", other.number)
    link.active = False
    _write(op, one, other, "link.undone", reason)
    op.audit("incident.unlinked", site=one.site, subject=f"incident:{one.id}", particulars={"other": other.id})


def _both(op: Op, incident_id: str, other_id: str) -> tuple[Incident, Incident]:
    """Both incidents, locked in one order whoever asks, so that two people never wait for each other."""
    if incident_id == other_id:
        raise Invalid("link.itself", "An incident is not linked with itself.", "不能与自身关联。", field="incident_id")
    loaded = {each: load_incident(op, each) for each in sorted((incident_id, other_id))}
    one, other = loaded[incident_id], loaded[other_id]
    if one.site != other.site:
        raise no_incident(other_id)
    return one, other


def _link(op: Op, one: Incident, other: Incident) -> IncidentLink | None:
    first, second = sorted((one.id, other.id))
    return op.db.scalars(
        select(IncidentLink).where(
            IncidentLink.site == one.site, IncidentLink.first_id == first, IncidentLink.second_id == second
        )
    ).one_or_none()


def _write(op: Op, one: Incident, other: Incident, code: str, reason: str) -> None:
    write_down(op, one, code, params={"number": other.number}, text=reason)
    write_down(op, other, code, params={"number": one.number}, text=reason)
