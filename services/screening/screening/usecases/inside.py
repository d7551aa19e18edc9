"""Who is inside now: for the desk, and on paper when the building must be left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from common.op import Op, usecase
from screening.domain.inside import Passage, inside
from screening.models import Check, Entrance, Person


@dataclass(frozen=True)
class Inside:
    """Somebody who is in the building by today's checks."""

    check_id: str
    name: str
    kind: str
    staff_number: str | None
    section: str
    company: str | None
    entrance_name: str
    since: datetime
    held: bool


@usecase(read=True)
def list_inside(op: Op, *, site: str) -> list[Inside]:
    """Everybody inside by today's checks, with full names: a muster list is of no use with masked ones."""
    query = (
        select(
            Check.id,
            Check.name,
            Check.person_kind,
            Check.person_id,
            Check.first_id,
            Check.staff_number,
            Person.section,
            Check.company,
            Entrance.name.label("entrance_name"),
            Check.measured_at,
            Check.decision,
            Check.departed_at,
        )
        .join(Entrance, Entrance.id == Check.entrance_id)
        .outerjoin(Person, Person.id == Check.person_id)
        .where(Check.site == site, Check.day == op.today(site), Check.voided_at.is_(None))
    )
    rows = op.db.execute(query).all()
    passages = [
        Passage(
            row, row.person_id or row.first_id or row.id, row.measured_at, row.decision, row.departed_at is not None
        )
        for row in rows
    ]
    return [
        Inside(
            row.id,
            row.name or "无名",
            row.person_kind,
            row.staff_number,
            row.section or "",
            row.company,
            row.entrance_name,
            row.measured_at,
            row.decision == "hold",
        )
        for row in inside(passages)
    ]


def _who(person_id: str | None, first_id: str | None, check_id: str) -> str:
    """Checks of one person share this; those of somebody without a name only along a chain."""
    return person_id or first_id or check_id
