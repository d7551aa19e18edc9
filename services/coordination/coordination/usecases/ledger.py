"""The ledger (台账): what each entrance owed on each day, what was filed, and what is missing (plan G1, G3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select

from common.civil.calendar import WorkingCalendar
from common.civil.day import at_local
from common.clock import local_day
from common.copies.tables import SiteCopy
from common.errors import Invalid
from common.events.catalogue.coordination import FilingOverdue, FilingReceived
from common.events.catalogue.screening import EntranceChanged, RegisterSealed
from common.events.envelope import Envelope
from common.ids import new_id
from common.op import Op, usecase
from common.site import settings_of
from coordination.domain.ledger import State, is_open, state_of
from coordination.models import Filing, FilingPlace
from coordination.usecases.locking import lock_site
from coordination.usecases.working_days import calendar_of

KIND = "register"
LONGEST_RANGE = 62
LOOK_BACK = timedelta(days=35)
"""How far back the duty fills in days it slept through."""


@dataclass(frozen=True)
class LedgerLine:
    """One entrance on one day."""

    filing: Filing
    state: State
    hall: str
    opening: bool
    """Whether anything was owed that day."""


@usecase(read=True)
def ledger_of(op: Op, *, site: str, first: date, last: date) -> list[LedgerLine]:
    """Every entrance on every day between two days, by day and code. Raises Invalid for more than 62 days."""
    if not 0 <= (last - first).days < LONGEST_RANGE:
        raise Invalid(
            "ledger.range",
            "The ledger shows 1 to {most} days at a time, the first before the last.",
            "台账一次可查看1至{most}天，且起始日不得晚于截止日。",
            field="day",
            most=LONGEST_RANGE,
        )
    at = op.site(site)
    query = select(Filing).where(Filing.site == site, Filing.kind == KIND, Filing.day >= first, Filing.day <= last)
    stored = {(row.place_id, row.day): row for row in op.db.scalars(query)}
    places = op.db.scalars(select(FilingPlace).where(FilingPlace.site == site)).all()
    halls = {place.id: place.hall for place in places}
    calendar = calendar_of(op, site, first, last)
    for place in places:
        day = max(first, place.owes_from)
        while day <= last:
            if (place.id, day) not in stored and place.active:
                stored[place.id, day] = _blank(at, place, day, calendar)
            day += timedelta(days=1)
    lines = [
        LedgerLine(row, state_of(row.due_at, row.filed_at, op.now), halls.get(row.place_id, ""), row.due_at is not None)
        for row in stored.values()
    ]
    return sorted(lines, key=lambda line: (line.filing.day, line.filing.place_code, line.filing.place_id))


def _blank(site: SiteCopy, place: FilingPlace, day: date, calendar: WorkingCalendar) -> Filing:
    closed = frozenset(date.fromisoformat(one) for one in place.closed_days)
    owed = is_open(place.opening, closed, day, working=calendar.is_working_day(day))
    time_due = at_local(day, settings_of(site).register_due, site.timezone)
    due = time_due if owed and time_due > place.known_at else None
    return Filing(
        id=new_id(), site=site.code, kind=KIND, day=day, place_id=place.id, place_code=place.code,
        place_name=place.name, due_at=due, version=0, register_id="", head="", signers=[], counts={},
        amendment_reason="",
    )  # fmt: skip


def keep_place(op: Op, told: EntranceChanged, envelope: Envelope) -> None:
    """Keeps an entrance's newest state; it owes nothing for days before it was known here."""
    site = op.site(envelope.site)
    lock_site(op, site.code)
    place = op.db.scalars(select(FilingPlace).where(FilingPlace.id == told.entrance_id)).first()
    if place is not None and place.sequence >= envelope.sequence:
        return
    if place is None:
        known = local_day(envelope.time, site.timezone)
        first = max(told.opened_on, known)
        place = FilingPlace(id=told.entrance_id, site=envelope.site, owes_from=first, known_at=envelope.time)
        op.db.add(place)
    place.code, place.name, place.hall, place.active = told.code, told.name, told.hall, told.active
    place.opening = dict(told.opening)
    place.closed_days = [day.isoformat() for day in told.closed_days]
    place.sequence = envelope.sequence
    op.db.flush()
    _open_days(op, site, [place], anew=op.today(site.code))


def keep_register(op: Op, told: RegisterSealed, envelope: Envelope) -> None:
    """Enters a sealed register; a higher version is an amendment, an older one that comes late changes nothing.

    A register of a day on which nothing was owed (an imported one of the past, a closed day) is filed all the same.
    """
    site = op.site(envelope.site)
    lock_site(op, site.code)
    row = op.db.scalars(
        select(Filing).where(
            Filing.site == site.code, Filing.kind == KIND, Filing.place_id == told.entrance_id, Filing.day == told.day
        )
    ).first()
    if row is None:
        row = _row_for(op, site, told)
        op.db.add(row)
    row.filed_at = told.sealed_at if row.filed_at is None else min(row.filed_at, told.sealed_at)
    if told.version > row.version:
        row.place_code, row.place_name = told.entrance_code, told.entrance_name
        row.version, row.register_id, row.sealed_at = told.version, told.register_id, told.sealed_at
        row.head, row.previous = told.head, told.previous
        row.signers, row.counts = list(told.signers), dict(told.counts)
        row.amendment_reason = (told.amendment_reason or "")[:500]
        op.emit(
            FilingReceived(
                filing_id=row.id, kind="register", day=row.day, place_id=row.place_id, place_name=row.place_name,
                late=state_of(row.due_at, row.filed_at, op.now) == "late", head=row.head, version=row.version,
            ),
            site=site.code, subject=row.id, sequence=row.version,
        )  # fmt: skip


def _row_for(op: Op, site: SiteCopy, told: RegisterSealed) -> Filing:
    place = op.db.scalars(select(FilingPlace).where(FilingPlace.id == told.entrance_id)).first()
    if place is not None and told.day >= place.owes_from:
        return _blank(site, place, told.day, calendar_of(op, site.code, told.day, told.day))
    return Filing(
        id=new_id(), site=site.code, kind=KIND, day=told.day, place_id=told.entrance_id, place_code=told.entrance_code,
        place_name=told.entrance_name, due_at=None, version=0, register_id="", head="", signers=[], counts={},
        amendment_reason="",
    )  # fmt: skip


def watch_filings(op: Op, site_code: str) -> None:
    """Enters what each day owes, and tells once of each register whose time passed without a filing."""
    site = op.site(site_code)
    lock_site(op, site_code)
    places = op.db.scalars(select(FilingPlace).where(FilingPlace.site == site_code, FilingPlace.active.is_(True))).all()
    _open_days(op, site, places)
    overdue = op.db.scalars(
        select(Filing).where(
            Filing.site == site_code,
            Filing.due_at.is_not(None),
            Filing.due_at < op.now,
            Filing.filed_at.is_(None),
            Filing.overdue_told_at.is_(None),
        )
    )
    for row in overdue:
        assert row.due_at is not None
        row.overdue_told_at = op.now
        op.emit(
            FilingOverdue(
                filing_id=row.id, kind="register", day=row.day, place_id=row.place_id, place_name=row.place_name,
                due_at=row.due_at,
            ),
            site=site_code, subject=row.id, sequence=1,
        )  # fmt: skip


def _open_days(op: Op, site: SiteCopy, places: Sequence[FilingPlace], anew: date | None = None) -> None:
    """Stores what today and the days since the last look owe; `anew` works a day out again that is not filed yet."""
    today = op.today(site.code)
    first = today - LOOK_BACK
    query = select(Filing).where(Filing.site == site.code, Filing.kind == KIND, Filing.day >= first)
    stored = {(row.place_id, row.day): row for row in op.db.scalars(query)}
    calendar = calendar_of(op, site.code, first, today)
    for place in places:
        day = max(first, place.owes_from)
        while day <= today:
            row = stored.get((place.id, day))
            fresh = _blank(site, place, day, calendar) if row is None or day == anew else None
            if row is None and fresh is not None and place.active:
                op.db.add(fresh)
            elif row is not None and fresh is not None and row.filed_at is None and row.overdue_told_at is None:
                row.due_at = fresh.due_at if place.active else None
                row.place_code, row.place_name = place.code, place.name
            day += timedelta(days=1)
    op.db.flush()


def due_again(op: Op, site_code: str) -> None:
    """After a change of the calendar or the site's time: works out again what today owes."""
    places = op.db.scalars(select(FilingPlace).where(FilingPlace.site == site_code)).all()
    _open_days(op, op.site(site_code), places, anew=op.today(site_code))
