"""Reading, verifying and exporting the audit log of this service."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Row, select

from common.audit.access import AccessLog
from common.audit.export import export_zip
from common.audit.log import Verification, verify_site
from common.audit.tables import AuditEntry, AuditParticulars
from common.civil.day import day_bounds
from common.data.paging import Page, decode_cursor, page_of
from common.op import Op, usecase


@dataclass(frozen=True)
class Filter:
    """Which entries; an empty text means any."""

    action: str = ""
    actor: str = ""
    first: date | None = None
    last: date | None = None


@usecase(read=True)
def list_entries(op: Op, *, site: str, wanted: Filter, after: str | None = None, limit: int = 100) -> Page[Row[Any]]:
    """Entries of a site's chain with what stands in them, the newest first."""
    zone = op.site(site).timezone
    query = (
        select(AuditEntry.id, AuditEntry.position, AuditEntry.at, AuditEntry.actor, AuditEntry.action,
               AuditEntry.subject, AuditEntry.hash, AuditParticulars.particulars)
        .outerjoin(AuditParticulars, AuditParticulars.entry_id == AuditEntry.id)
        .where(AuditEntry.site == site)
        .order_by(AuditEntry.position.desc())
        .limit(limit + 1)
    )  # fmt: skip
    if wanted.action:
        query = query.where(AuditEntry.action.startswith(wanted.action, autoescape=True))
    if wanted.actor:
        query = query.where(AuditEntry.actor == wanted.actor)
    if wanted.first is not None:
        query = query.where(AuditEntry.at >= day_bounds(wanted.first, zone)[0])
    if wanted.last is not None:
        query = query.where(AuditEntry.at < day_bounds(wanted.last, zone)[1])
    if after is not None:
        query = query.where(AuditEntry.position < int(decode_cursor(after, 1)[0]))
    return page_of(op.db.execute(query).all(), limit, lambda row: (row.position,))


@usecase(read=True)
def verify_chain(op: Op, *, site: str) -> Verification:
    """Whether the site's chain holds."""
    op.site(site)
    return verify_site(op.db, site)


@usecase
def export_audit(op: Op, *, site: str) -> bytes:
    """The site's chain as a ZIP with its own checker; that it was taken is an entry itself."""
    op.site(site)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "audit.zip"
        head = export_zip(op.db, site, path)
        data = path.read_bytes()
    op.audit("audit.exported", site=site, subject=f"site:{site}", particulars={"until": head.position})
    return data


@usecase(read=True)
def list_access(op: Op, *, site: str, limit: int = 200) -> Sequence[AccessLog]:
    """Who looked at which personal value of late, and what for."""
    op.site(site)
    since = op.now - timedelta(days=184)
    query = select(AccessLog).where(AccessLog.site == site, AccessLog.at >= since)
    return op.db.scalars(query.order_by(AccessLog.at.desc()).limit(limit)).all()
