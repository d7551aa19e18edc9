"""Destroying what the site's retention no longer allows to keep, with a record of it (facts: duties and law)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import delete, select

from common.civil.day import day_bounds
from common.ids import new_id
from common.op import Op, usecase
from common.site import settings_of
from screening.models import Check, Destruction, Person
from screening.models.people import VISITOR

BATCH = 1000


def purge(op: Op, site: str) -> int:
    """Destroys up to a thousand checks of the site whose time is up and as many visitors whom no check tells of any
    more; says how many rows went. Nothing while the site's records are to be archived."""
    settings = settings_of(op.site(site))
    if settings.retention.archive:
        return 0
    kept = settings.retention.checks
    before = op.today(site) - timedelta(days=kept)
    gone = _purge_checks(op, site, before, kept)
    if gone == 0:
        gone = _purge_visitors(op, site, before, kept)
    return gone


def _purge_checks(op: Op, site: str, before: date, kept: int) -> int:
    rows = op.db.execute(
        select(Check.id, Check.day).where(Check.site == site, Check.day < before).order_by(Check.day).limit(BATCH)
    ).all()
    if not rows:
        return 0
    op.db.execute(
        delete(Check)
        .where(Check.site == site, Check.id.in_([row.id for row in rows]))
        .execution_options(synchronize_session=False)
    )
    _record(op, site, "checks", len(rows), rows[0].day, rows[-1].day, kept)
    return len(rows)


def _purge_visitors(op: Op, site: str, before: date, kept: int) -> int:
    cutoff, _ = day_bounds(before, op.site(site).timezone)
    still_told_of = select(Check.id).where(Check.site == site, Check.person_id == Person.id)
    rows = op.db.execute(
        select(Person.id)
        .where(
            Person.site == site,
            Person.kind == VISITOR,
            Person.last_seen_at < cutoff,
            ~still_told_of.exists(),
        )
        .limit(BATCH)
    ).all()
    if not rows:
        return 0
    op.db.execute(
        delete(Person)
        .where(Person.site == site, Person.id.in_([row.id for row in rows]))
        .execution_options(synchronize_session=False)
    )
    _record(op, site, "visitors", len(rows), before, before, kept)
    return len(rows)


def _record(op: Op, site: str, kind: str, count: int, first_day: date, last_day: date, kept: int) -> None:
    destroyed = Destruction(
        id=new_id(),
        site=site,
        at=op.now,
        kind=kind,
        count=count,
        first_day=first_day,
        last_day=last_day,
        kept_days=kept,
    )
    op.db.add(destroyed)
    op.audit(
        f"{kind}.destroyed",
        site=site,
        subject=f"destruction:{destroyed.id}",
        particulars={"count": count, "first_day": first_day.isoformat(), "last_day": last_day.isoformat()},
    )


@usecase(read=True)
def list_destructions(op: Op, *, site: str, limit: int = 100) -> Sequence[Destruction]:
    """What was destroyed, the newest first."""
    op.site(site)
    query = select(Destruction).where(Destruction.site == site).order_by(Destruction.at.desc()).limit(limit)
    return op.db.scalars(query).all()
