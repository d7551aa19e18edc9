"""Sites, the protocols they adopted, and their own days of the calendar."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Boolean, CheckConstraint, Date, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from common.data.base import SITE_LENGTH, SiteScoped
from common.data.types import Id, Instant, JsonDoc
from coordination.models.base import Base


class Site(Base):
    """A bureau; its code is its id and never changes. Not site-scoped: names of bureaus are no secret."""

    __tablename__ = "site"

    code: Mapped[str] = mapped_column(String(SITE_LENGTH), primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    name_en: Mapped[str] = mapped_column(String(120))
    timezone: Mapped[str] = mapped_column(String(60))
    trial: Mapped[bool] = mapped_column(Boolean, default=False)
    suspended: Mapped[bool] = mapped_column(Boolean, default=False)
    settings: Mapped[dict[str, Any]] = mapped_column(JsonDoc, default=dict)
    sequence: Mapped[int] = mapped_column(Integer, default=0)
    opened_at: Mapped[datetime] = mapped_column(Instant)


class Adoption(SiteScoped, Base):
    """A protocol in force at a site from a day on; of those that cover a day the highest version counts."""

    __tablename__ = "adoption"
    __table_args__ = (
        UniqueConstraint("site", "version"),
        CheckConstraint("effective_to IS NULL OR effective_to >= effective_from", name="period"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    version: Mapped[int] = mapped_column(Integer)
    protocol_code: Mapped[str] = mapped_column(String(60))
    effective_from: Mapped[date] = mapped_column(Date)
    effective_to: Mapped[date | None] = mapped_column(Date, default=None)
    document: Mapped[dict[str, Any]] = mapped_column(JsonDoc)
    reason: Mapped[str] = mapped_column(String(500), default="")
    adopted_by: Mapped[str] = mapped_column(String(80))
    adopted_at: Mapped[datetime] = mapped_column(Instant)


class OwnDay(SiteScoped, Base):
    """A day on which the site differs from the published calendar."""

    __tablename__ = "own_day"

    site: Mapped[str] = mapped_column(String(SITE_LENGTH), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    working: Mapped[bool] = mapped_column(Boolean)
    reason: Mapped[str] = mapped_column(String(200), default="")


class CalendarYear(SiteScoped, Base):
    """The version of a site's list of own days of a year."""

    __tablename__ = "calendar_year"

    site: Mapped[str] = mapped_column(String(SITE_LENGTH), primary_key=True)
    year: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    sequence: Mapped[int] = mapped_column(Integer, default=0)
