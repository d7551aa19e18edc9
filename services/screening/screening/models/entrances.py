"""Halls, their entrances, and the days whose register is sealed."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Boolean, Date, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from common.data.base import SiteScoped
from common.data.types import Id, Instant, JsonDoc
from screening.models.base import NAME_LENGTH, Base

CODE_LENGTH = 40


class Hall(SiteScoped, Base):
    """A building or hall that entrances lead into, such as 经办大厅."""

    __tablename__ = "hall"
    __table_args__ = (UniqueConstraint("site", "name"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))


class Entrance(SiteScoped, Base):
    """A place where people are checked. `opening` maps `1` (Monday) … `7` or `working` to two "HH:MM" texts."""

    __tablename__ = "entrance"
    __table_args__ = (UniqueConstraint("site", "code"), Index(None, "site", "hall_id"))

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    code: Mapped[str] = mapped_column(String(CODE_LENGTH))
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    hall_id: Mapped[str] = mapped_column(ForeignKey("hall.id"))
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    opening: Mapped[dict[str, Any]] = mapped_column(JsonDoc, default=dict)
    closed_days: Mapped[list[str]] = mapped_column(JsonDoc, default=list)
    """ISO dates on which it stays closed."""
    opened_on: Mapped[date] = mapped_column(Date)
    sequence: Mapped[int] = mapped_column(Integer, default=1)


class SealedDay(SiteScoped, Base):
    """A day of an entrance whose register was sealed: a check that comes later is told so at once (`Check.late`).

    Which checks an amendment must take in is decided by what the seal holds, never by this row: a check may commit
    while the register is being sealed.
    """

    __tablename__ = "sealed_day"

    site: Mapped[str] = mapped_column(String(40), primary_key=True)
    entrance_id: Mapped[str] = mapped_column(ForeignKey("entrance.id"), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    sealed_at: Mapped[datetime] = mapped_column(Instant)
