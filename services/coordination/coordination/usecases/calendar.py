"""The working calendar of a site: the published days, and those that the site entered itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select

from common.civil.calendar import DayKind
from common.errors import Invalid
from common.events.catalogue.coordination import CalendarChanged
from common.op import Op, usecase
from coordination.models import CalendarYear, OwnDay
from coordination.usecases.ledger import due_again
from coordination.usecases.locking import lock_site
from coordination.usecases.working_days import calendar_of

YEARS = range(2000, 2101)


@dataclass(frozen=True)
class Year:
    """A year of a site's calendar; `published` tells whether the State Council's calendar of it is known."""

    year: int
    published: bool
    sequence: int
    days: dict[date, DayKind]
    reasons: dict[date, str]


@usecase(read=True)
def show_year(op: Op, *, site: str, year: int) -> Year:
    """Every day of a year. Raises Invalid for a year outside 2000 to 2100."""
    op.site(site)
    _check_year(year)
    first, last = date(year, 1, 1), date(year, 12, 31)
    calendar = calendar_of(op, site, first, last)
    days = {
        first + timedelta(days=n): calendar.kind_of(first + timedelta(days=n)) for n in range((last - first).days + 1)
    }
    own = op.db.scalars(select(OwnDay).where(OwnDay.site == site, OwnDay.day >= first, OwnDay.day <= last))
    stamp = op.db.scalars(select(CalendarYear).where(CalendarYear.site == site, CalendarYear.year == year)).first()
    return Year(year, days[first].published, stamp.sequence if stamp else 0, days, {one.day: one.reason for one in own})


@usecase
def change_day(op: Op, *, site: str, day: date, working: bool | None, reason: str = "") -> None:
    """Enters that a day is (or is not) a working day at the site; `None` takes the site's own word back."""
    op.site(site)
    lock_site(op, site)
    _check_year(day.year)
    own = op.db.scalars(select(OwnDay).where(OwnDay.site == site, OwnDay.day == day)).first()
    if working is None:
        if own is None:
            return
        op.db.delete(own)
    elif own is None:
        op.db.add(OwnDay(site=site, day=day, working=working, reason=reason.strip()[:200]))
    else:
        own.working, own.reason = working, reason.strip()[:200]
    op.db.flush()
    _tell(op, site, day.year)
    if day == op.today(site):
        due_again(op, site)
    op.audit("calendar.changed", site=site, subject=f"day:{day.isoformat()}", particulars={"working": working})


def _tell(op: Op, site: str, year: int) -> None:
    query = select(CalendarYear).where(CalendarYear.site == site, CalendarYear.year == year)
    stamp = op.db.scalars(query).first()
    if stamp is None:
        stamp = CalendarYear(site=site, year=year, sequence=0)
        op.db.add(stamp)
    stamp.sequence += 1
    days = select(OwnDay.day, OwnDay.working).where(
        OwnDay.site == site, OwnDay.day >= date(year, 1, 1), OwnDay.day <= date(year, 12, 31)
    )
    own = dict(op.db.execute(days).all())
    op.emit(CalendarChanged(year=year, days=own), site=site, subject=f"{site}/{year}", sequence=stamp.sequence)


def _check_year(year: int) -> None:
    if year not in YEARS:
        raise Invalid("calendar.year", "The calendar goes from 2000 to 2100.", "日历范围为2000至2100年。", field="day")
