"""The tables of the audit log, in each service's own database: one chain a service and site."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from common.data.base import CommonBase, SiteScoped
from common.data.types import Id, Instant, JsonDoc

NAME_LENGTH = 100


class AuditEntry(SiteScoped, CommonBase):
    """One thing done. Holds ids and a salted digest, so that it can stay when its particulars must go."""

    __tablename__ = "audit_entry"
    __table_args__ = (UniqueConstraint("site", "position"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    position: Mapped[int]
    at: Mapped[datetime] = mapped_column(Instant)
    actor: Mapped[str] = mapped_column(String(NAME_LENGTH))
    action: Mapped[str] = mapped_column(String(NAME_LENGTH))
    subject: Mapped[str] = mapped_column(String(NAME_LENGTH))
    digest: Mapped[str] = mapped_column(String(64))
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class AuditParticulars(SiteScoped, CommonBase):
    """An entry's particulars and their salt; erased together, which leaves a digest nobody can open."""

    __tablename__ = "audit_particulars"

    entry_id: Mapped[str] = mapped_column(Id, ForeignKey("audit_entry.id"), primary_key=True)
    salt: Mapped[bytes] = mapped_column(LargeBinary(16))
    particulars: Mapped[dict[str, Any]] = mapped_column(JsonDoc)


class AuditHead(CommonBase, SiteScoped):
    """The end of a site's chain; its row is what appenders queue on."""

    __tablename__ = "audit_head"

    site: Mapped[str] = mapped_column(String(40), primary_key=True)
    position: Mapped[int]
    hash: Mapped[str] = mapped_column(String(64))
