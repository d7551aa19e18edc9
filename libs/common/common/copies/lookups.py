"""Reading the copies of coordination's state."""

from __future__ import annotations

from datetime import date
from typing import cast
from zoneinfo import ZoneInfo

from sqlalchemy import Table, bindparam, or_, select
from sqlalchemy.orm import Session

from common.copies.tables import CalendarCopy, ProtocolCopy, SiteCopy
from common.data.session import session_sites
from common.errors import Unavailable
from common.protocol import Protocol

MOST_READ = 200
_PROTOCOLS = cast(Table, ProtocolCopy.__table__)
_IN_FORCE = (
    select(_PROTOCOLS.c.id, _PROTOCOLS.c.sequence)
    .where(
        _PROTOCOLS.c.site == bindparam("site"),
        _PROTOCOLS.c.effective_from <= bindparam("day"),
        or_(_PROTOCOLS.c.effective_to.is_(None), _PROTOCOLS.c.effective_to >= bindparam("day")),
    )
    .order_by(_PROTOCOLS.c.version.desc())
    .limit(1)
)
_DOCUMENT = select(_PROTOCOLS.c.document).where(
    _PROTOCOLS.c.id == bindparam("id"), _PROTOCOLS.c.site == bindparam("site")
)
_read: dict[tuple[str, int], Protocol] = {}
"""Protocols by adoption and its version, of which there are few and which never change: each is parsed once."""


def find_site(db: Session, code: str) -> SiteCopy | None:
    """The site with this code, if this service has heard of it."""
    return db.get(SiteCopy, code)


def site_codes(db: Session) -> list[str]:
    """The codes of all sites that are not suspended."""
    return list(db.scalars(select(SiteCopy.code).where(SiteCopy.suspended.is_(False)).order_by(SiteCopy.code)))


def zone_of(db: Session, code: str) -> ZoneInfo:
    """The site's time zone."""
    found = db.get(SiteCopy, code)
    return ZoneInfo(found.timezone if found else "Asia/Shanghai")


def protocol_on(db: Session, site: str, day: date) -> Protocol:
    """The protocol in force at a site on a day: of those that cover it, the one adopted last.

    Raises Unavailable when the site has adopted none for that day (facts: protocols by date).
    """
    db.flush()
    seen = session_sites(db)
    foreign = seen is not None and site not in seen
    found = None if foreign else db.connection().execute(_IN_FORCE, {"site": site, "day": day}).first()
    if found is None:
        raise Unavailable(
            "protocol.none",
            "No protocol is in force at this site on {day}: an administrator must adopt one.",
            "本单位 {day} 没有生效的防控方案:请管理员先选定方案。",
            retry_after=60,
            day=day.isoformat(),
        )
    known = _read.get((found.id, found.sequence))
    if known is None:
        known = Protocol.model_validate(db.scalars(_DOCUMENT, {"id": found.id, "site": site}).one())
        if len(_read) >= MOST_READ:
            _read.clear()
        _read[found.id, found.sequence] = known
    return known


def calendar_overrides(db: Session, site: str, first: date, last: date) -> dict[date, bool]:
    """The site's own days between two days, both included, that differ from the published calendar."""
    rows = db.execute(
        select(CalendarCopy.day, CalendarCopy.working).where(
            CalendarCopy.site == site, CalendarCopy.day >= first, CalendarCopy.day <= last
        )
    )
    return {row.day: row.working for row in rows}
