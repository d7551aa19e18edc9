"""What every service keeps of coordination's state: sites, sign-in keys, revocations, protocols, calendar."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Boolean, Date, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from common.data.base import CommonBase, SiteScoped
from common.data.types import Instant, JsonDoc


class SiteCopy(CommonBase):
    """A site as coordination last told it; its code is its id. Not site-scoped: names of bureaus are no secret."""

    __tablename__ = "site_copy"

    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    name_en: Mapped[str] = mapped_column(String(120))
    timezone: Mapped[str] = mapped_column(String(60))
    trial: Mapped[bool] = mapped_column(Boolean, default=False)
    suspended: Mapped[bool] = mapped_column(Boolean, default=False)
    settings: Mapped[dict[str, Any]] = mapped_column(JsonDoc, default=dict)
    sequence: Mapped[int] = mapped_column(Integer)


class KeyCopy(CommonBase):
    """A public key that signs sessions."""

    __tablename__ = "key_copy"

    kid: Mapped[str] = mapped_column(String(80), primary_key=True)
    jwk: Mapped[dict[str, Any]] = mapped_column(JsonDoc)
    not_after: Mapped[datetime] = mapped_column(Instant)
    revoked: Mapped[bool] = mapped_column(Boolean, default=False)
    sequence: Mapped[int] = mapped_column(Integer)


class RevocationCopy(CommonBase):
    """Sessions that count no more."""

    __tablename__ = "revocation_copy"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    account_id: Mapped[str] = mapped_column(String(80), index=True)
    token_id: Mapped[str | None] = mapped_column(String(36), default=None)
    before: Mapped[datetime] = mapped_column(Instant)


class ProtocolCopy(SiteScoped, CommonBase):
    """A protocol that a site adopted from a day on."""

    __tablename__ = "protocol_copy"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    version: Mapped[int] = mapped_column(Integer)
    effective_from: Mapped[date] = mapped_column(Date)
    effective_to: Mapped[date | None] = mapped_column(Date, default=None)
    document: Mapped[dict[str, Any]] = mapped_column(JsonDoc)
    sequence: Mapped[int] = mapped_column(Integer)

    __table_args__ = (Index("ix_protocol_copy_day", "site", "effective_from"),)


class CalendarCopy(SiteScoped, CommonBase):
    """A day on which the site differs from the published calendar."""

    __tablename__ = "calendar_copy"

    site: Mapped[str] = mapped_column(String(40), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    working: Mapped[bool] = mapped_column(Boolean)
    sequence: Mapped[int] = mapped_column(Integer)
