"""The working calendar that a site lives by."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from common.civil.calendar import WorkingCalendar
from common.op import Op
from coordination.models import OwnDay


def calendar_of(op: Op, site: str, first: date, last: date) -> WorkingCalendar:
    """The working calendar of a site that is right between two days, both included."""
    query = select(OwnDay.day, OwnDay.working).where(OwnDay.site == site, OwnDay.day >= first, OwnDay.day <= last)
    return WorkingCalendar(dict(op.db.execute(query).all()))
