"""The ledger of filings: where registers come from, and what was due and filed on each day."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Boolean, Date, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from common.data.base import SiteScoped
from common.data.types import Id, Instant, JsonDoc
from coordination.models.base import Base


class FilingPlace(SiteScoped, Base):
    """An entrance that owes a register on each day it is open, as screening last told it."""

    __tablename__ = "filing_place"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    code: Mapped[str] = mapped_column(String(60))
    name: Mapped[str] = mapped_column(String(120))
    hall: Mapped[str] = mapped_column(String(120), default="")
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    opening: Mapped[dict[str, Any]] = mapped_column(JsonDoc, default=dict)
    closed_days: Mapped[list[str]] = mapped_column(JsonDoc, default=list)
    owes_from: Mapped[date] = mapped_column(Date)
    """Nothing is owed for days before: the entrance was not known then."""
    known_at: Mapped[datetime] = mapped_column(Instant)
    """When it was first told of; a register that was due before is not owed."""
    sequence: Mapped[int] = mapped_column(Integer, default=0)


class Filing(SiteScoped, Base):
    """What became of one entrance's register of one day."""

    __tablename__ = "filing"
    __table_args__ = (UniqueConstraint("site", "kind", "place_id", "day"), Index(None, "site", "day"))

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), default="register")
    day: Mapped[date] = mapped_column(Date)
    place_id: Mapped[str] = mapped_column(String(64))
    place_code: Mapped[str] = mapped_column(String(60))
    place_name: Mapped[str] = mapped_column(String(120))
    due_at: Mapped[datetime | None] = mapped_column(Instant, default=None)
    """By when it was owed; `None`: nothing was owed that day."""
    filed_at: Mapped[datetime | None] = mapped_column(Instant, default=None)
    """When its first version was sealed."""
    sealed_at: Mapped[datetime | None] = mapped_column(Instant, default=None)
    version: Mapped[int] = mapped_column(Integer, default=0)
    register_id: Mapped[str] = mapped_column(String(64), default="")
    head: Mapped[str] = mapped_column(String(128), default="")
    previous: Mapped[str | None] = mapped_column(String(128), default=None)
    signers: Mapped[list[str]] = mapped_column(JsonDoc, default=list)
    counts: Mapped[dict[str, int]] = mapped_column(JsonDoc, default=dict)
    amendment_reason: Mapped[str] = mapped_column(String(500), default="")
    overdue_told_at: Mapped[datetime | None] = mapped_column(Instant, default=None)
