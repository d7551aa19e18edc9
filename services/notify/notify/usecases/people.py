"""Keeps the copies of people and groups that alerts are sent by."""

from __future__ import annotations

from sqlalchemy import delete

from common.events.catalogue.coordination import GroupChanged, PersonChanged
from common.op import Op
from common.secrets.sealed import unseal
from common.service import Received
from notify.models import GroupCopy, PersonCopy, PersonRole


def keep_person(op: Op, event: Received[PersonChanged]) -> None:
    """Keeps a person's newest state; an older one is ignored."""
    told, site = event.payload, event.envelope.site
    known = op.db.get(PersonCopy, (site, told.person_id))
    if known is not None and known.sequence >= event.envelope.sequence:
        return
    particulars = unseal(told.sealed, event.envelope.id)
    row = known or PersonCopy(site=site, id=told.person_id)
    row.staff_number, row.masked_name, row.active = told.staff_number, told.masked_name, told.active
    row.name = particulars.get("name") or None
    row.phone = particulars.get("phone") or None
    row.email = particulars.get("email") or None
    row.roles = sorted(set(told.roles))
    row.leaves = [
        {"first_day": leave.first_day.isoformat(), "last_day": leave.last_day.isoformat()} for leave in told.leaves
    ]
    row.sequence = event.envelope.sequence
    op.db.add(row)
    op.db.execute(delete(PersonRole).where(PersonRole.site == site, PersonRole.person_id == told.person_id))
    if told.active:
        op.db.add_all(PersonRole(site=site, role=role, person_id=told.person_id) for role in row.roles)


def keep_group(op: Op, event: Received[GroupChanged]) -> None:
    """Keeps a group's newest state; an older one is ignored."""
    told, site = event.payload, event.envelope.site
    known = op.db.get(GroupCopy, (site, told.code))
    if known is not None and known.sequence >= event.envelope.sequence:
        return
    row = known or GroupCopy(site=site, code=told.code)
    row.name, row.leader_in_charge, row.sequence = told.name, told.leader_in_charge, event.envelope.sequence
    row.members = [member.model_dump(mode="json") for member in told.members]
    op.db.add(row)
