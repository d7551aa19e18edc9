"""Day and week at a glance, and which staff were not measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from common.civil.calendar import WorkingCalendar
from common.copies.lookups import calendar_overrides
from common.op import Op, usecase
from screening.domain.totals import Counted, Totals, report_lines, total
from screening.models import Check, Entrance, Person
from screening.models.people import VISITOR

DAYS_OF_WEEK = 7


@dataclass(frozen=True)
class NotMeasured:
    """A staff member expected on a day whom no check tells of."""

    person_id: str
    name: str
    staff_number: str
    section: str


@dataclass(frozen=True)
class Day:
    """A day's totals and whether it is a working day by the calendar."""

    site: str
    day: date
    working: bool
    published: bool
    """Whether the State Council's calendar of that year is known."""
    totals: Totals


@usecase(read=True)
def day_overview(op: Op, *, site: str, day: date) -> Day:
    """The totals of one day."""
    return week_overview(op, site=site, last=day, days=1)[0]


@usecase(read=True)
def week_overview(op: Op, *, site: str, last: date, days: int = DAYS_OF_WEEK) -> list[Day]:
    """The totals of the days up to and with `last`, oldest first."""
    zone = ZoneInfo(op.site(site).timezone)
    first = last - timedelta(days=days - 1)
    query = (
        select(
            Check.day,
            Entrance.name,
            Check.measured_at,
            Check.person_kind,
            Check.decision,
            Check.fever,
            Check.reasons,
            Check.link,
            Check.voided_at,
        )
        .join(Entrance, Entrance.id == Check.entrance_id)
        .where(Check.site == site, Check.day >= first, Check.day <= last)
    )
    found: dict[date, list[Counted]] = {}
    for row in op.db.execute(query):
        found.setdefault(row.day, []).append(
            Counted(
                row.name,
                row.measured_at.astimezone(zone).hour,
                row.person_kind,
                row.decision,
                row.fever,
                tuple(row.reasons),
                row.link == "retest",
                row.voided_at is not None,
            )
        )
    calendar = WorkingCalendar(calendar_overrides(op.db, site, first, last))
    made = []
    for offset in range(days):
        day = first + timedelta(days=offset)
        kind = calendar.kind_of(day)
        made.append(Day(site, day, kind.working, kind.published, total(found.get(day, []))))
    return made


@usecase(read=True)
def not_measured(op: Op, *, site: str, day: date) -> Sequence[NotMeasured]:
    """Staff and contractors at work on the day without a reading of that day, by section and number (plan M1)."""
    op.site(site)
    measured = select(Check.person_id).where(
        Check.site == site,
        Check.day == day,
        Check.person_kind == "staff",
        Check.reading.is_not(None),
        Check.voided_at.is_(None),
    )
    query = (
        select(Person.id, Person.name, Person.staff_number, Person.section, Person.leaves)
        .where(Person.site == site, Person.kind != VISITOR, Person.active, Person.id.not_in(measured))
        .order_by(Person.section, Person.staff_number)
    )
    said = day.isoformat()
    return [
        NotMeasured(row.id, row.name, row.staff_number or "", row.section)
        for row in op.db.execute(query)
        if not any(leave["first_day"] <= said <= leave["last_day"] for leave in row.leaves)
    ]


@usecase(read=True)
def daily_report(op: Op, *, site: str, day: date, english: bool = False) -> list[str]:
    """The day's totals in five lines, to paste anywhere."""
    place = op.site(site)
    missing = len(not_measured(op, site=site, day=day))
    totals = day_overview(op, site=site, day=day).totals
    name = place.name_en if english else place.name
    return report_lines(name, day, totals, not_measured=missing, english=english)
