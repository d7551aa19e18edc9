"""Handing the desk of an entrance from one guard to another during a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import or_, select

from common.errors import Invalid
from common.ids import new_id
from common.op import Op, usecase
from screening.models import Handover, Person
from screening.models.base import NAME_LENGTH
from screening.models.people import VISITOR
from screening.usecases.entrances import find_entrance
from screening.usecases.intake import read_text


@usecase
def hand_over(op: Op, *, site: str, entrance: str, to: str, note: str | None = None) -> Handover:
    """The caller hands the desk to the staff member `to` (staff number or person id).

    Raises Invalid for somebody who is not on the staff list, or oneself; NotFound for a foreign entrance.
    """
    place = find_entrance(op, site=site, ref=entrance)
    wanted = to.strip().rpartition(":")[2]
    person = op.db.scalars(
        select(Person)
        .where(
            Person.site == site,
            Person.kind != VISITOR,
            Person.active,
            or_(Person.staff_number == wanted, Person.id == wanted),
        )
        .limit(1)
    ).first()
    if person is None:
        raise Invalid(
            "handover.unknown",
            "Nobody on the staff list has the number {number}.",
            "职工名单中没有工号 {number}。",
            field="to",
            number=wanted[:40],
        )
    if person.ref == op.caller.id:
        raise Invalid("handover.self", "You can't hand over to yourself.", "不能交给自己。", field="to")
    handed = Handover(
        id=new_id(),
        site=site,
        entrance_id=place.id,
        day=op.today(site),
        at=op.now,
        from_ref=op.caller.id,
        from_name=op.caller.name[:NAME_LENGTH],
        to_ref=person.ref,
        to_name=person.name,
        note=read_text("note", note, 500) or "",
    )
    op.db.add(handed)
    op.audit(
        "desk.handed_over",
        site=site,
        subject=f"entrance:{place.id}",
        particulars={"to": person.ref, "day": handed.day.isoformat()},
    )
    return handed


@usecase(read=True)
def list_handovers(op: Op, *, site: str, day: date, entrance_id: str | None = None) -> Sequence[Handover]:
    """The handovers of a day, in their order."""
    query = select(Handover).where(Handover.site == site, Handover.day == day).order_by(Handover.at)
    if entrance_id is not None:
        query = query.where(Handover.entrance_id == entrance_id)
    return op.db.scalars(query).all()
