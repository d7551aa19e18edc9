"""Days on which people are away."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from common.errors import Conflict, Invalid
from common.ids import new_id
from common.op import Op, usecase
from coordination.models import LeaveDays
from coordination.usecases.directory import tell_people
from coordination.usecases.people import PersonView, locked_person, views_of


@usecase
def add_leave(op: Op, *, person_id: str, first_day: date, last_day: date, reason: str) -> PersonView:
    """Enters days on which a person is away. Raises Invalid for days that end before they begin, Conflict if known."""
    person = locked_person(op, person_id)
    if last_day < first_day:
        raise Invalid("leave.period", "The leave ends before it begins.", "休假截止日早于开始日。", field="last_day")
    query = select(LeaveDays).where(LeaveDays.person_id == person.id, LeaveDays.first_day == first_day)
    if any(row.last_day == last_day for row in op.db.scalars(query)):
        raise Conflict("leave.known", "This leave is known already.", "该休假已登记。", field="first_day")
    op.db.add(
        LeaveDays(
            id=new_id(), site=person.site, person_id=person.id, first_day=first_day, last_day=last_day,
            reason=reason.strip()[:60],
        )
    )  # fmt: skip
    tell_people(op, person.site, [person])
    op.audit("leave.added", site=person.site, subject=f"staff:{person.id}")
    return views_of(op, [person])[0]


@usecase
def end_leave(op: Op, *, person_id: str, leave_id: str) -> PersonView:
    """Takes a leave out again. Raises NotFound."""
    person = locked_person(op, person_id)
    rows = op.db.scalars(select(LeaveDays).where(LeaveDays.person_id == person.id, LeaveDays.id == leave_id))
    for row in rows:
        op.db.delete(row)
    tell_people(op, person.site, [person])
    op.audit("leave.removed", site=person.site, subject=f"staff:{person.id}")
    return views_of(op, [person])[0]
