"""Reading the copies of coordination's state."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from common.copies.tables import CalendarCopy, ProtocolCopy, SiteCopy
from common.errors import Unavailable
from common.protocol import Protocol


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
    found = db.scalars(
        select(ProtocolCopy)
        .where(
            ProtocolCopy.site == site,
            ProtocolCopy.effective_from <= day,
            (ProtocolCopy.effective_to.is_(None)) | (ProtocolCopy.effective_to >= day),
        )
        .order_by(ProtocolCopy.version.desc())
        .limit(1)
    ).first()
    if found is None:
        raise Unavailable(
            "protocol.none",
            "No protocol is in force at this site on {day}: an administrator must adopt one.",
            "本单位 {day} 没有生效的防控方案:请管理员先选定方案。",
            retry_after=60,
            day=day.isoformat(),
        )
    return Protocol.model_validate(found.document)


def calendar_overrides(db: Session, site: str, first: date, last: date) -> dict[date, bool]:
    """The site's own days between two days, both included, that differ from the published calendar."""
    rows = db.execute(
        select(CalendarCopy.day, CalendarCopy.working).where(
            CalendarCopy.site == site, CalendarCopy.day >= first, CalendarCopy.day <= last
        )
    )
    return {row.day: row.working for row in rows}
