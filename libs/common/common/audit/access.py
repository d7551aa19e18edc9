"""The access log: who looked at which personal value unmasked, when and what for."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Index, String, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from common.audit.tables import NAME_LENGTH
from common.data.base import CommonBase, SiteScoped
from common.data.types import Id, Instant
from common.errors import Conflict, Invalid
from common.ids import new_id

MINIMUM_KEPT = timedelta(days=184)
"""Six months at their longest (facts: duties and law, "access logs at least six months")."""

PURPOSE_LENGTH = 200


class AccessLog(SiteScoped, CommonBase):
    """One look at one personal value. Holds references, never the value."""

    __tablename__ = "access_log"
    __table_args__ = (Index(None, "site", "at"), Index(None, "site", "subject"))

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    at: Mapped[datetime] = mapped_column(Instant)
    actor: Mapped[str] = mapped_column(String(NAME_LENGTH))
    purpose: Mapped[str] = mapped_column(String(PURPOSE_LENGTH))
    subject: Mapped[str] = mapped_column(String(NAME_LENGTH))
    field: Mapped[str] = mapped_column(String(NAME_LENGTH))


def record_access(
    session: Session, *, site: str, at: datetime, actor: str, purpose: str, subject: str, field: str
) -> AccessLog:
    """Writes down, in the transaction that reads it, that `actor` sees `field` of `subject` unmasked for `purpose`.

    Raises Invalid if one of them is blank or too long: nobody looks without saying what for.
    """
    given = (
        ("actor", actor, NAME_LENGTH),
        ("purpose", purpose, PURPOSE_LENGTH),
        ("subject", subject, NAME_LENGTH),
        ("field", field, NAME_LENGTH),
    )
    for name, value, limit in given:
        if not value.strip() or len(value) > limit:
            raise Invalid(
                "access.incomplete",
                "To see personal data, give the {name}, in 1 to {limit} characters.",
                "查看个人信息须写明 {name},1 至 {limit} 个字符。",
                field=name,
                name=name,
                limit=limit,
            )
    row = AccessLog(id=new_id(), site=site, at=at, actor=actor, purpose=purpose.strip(), subject=subject, field=field)
    session.add(row)
    session.flush()
    return row


def purge_access(session: Session, site: str, before: datetime, *, now: datetime, limit: int = 5000) -> int:
    """Deletes up to `limit` of the site's rows older than `before`, oldest first; says how many, 0 when none is left.

    Raises Conflict if `before` is less than `MINIMUM_KEPT` ago.
    """
    if before > now - MINIMUM_KEPT:
        raise Conflict(
            "access.too_young",
            "Access records are kept for at least {days} days: choose a day before {latest}.",
            "访问记录至少保存 {days} 天:请选择 {latest} 之前的日期。",
            field="before",
            days=MINIMUM_KEPT.days,
            latest=(now - MINIMUM_KEPT).date().isoformat(),
        )
    oldest = (
        select(AccessLog.id).where(AccessLog.site == site, AccessLog.at < before).order_by(AccessLog.at).limit(limit)
    )
    done = session.execute(
        delete(AccessLog)
        .where(AccessLog.id.in_(oldest))
        .returning(AccessLog.id)
        .execution_options(synchronize_session=False)
    )
    return len(done.all())
