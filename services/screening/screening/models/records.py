"""What is kept beside the checks: who handed the desk to whom, and what was destroyed when its time was up."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from common.data.base import SiteScoped
from common.data.types import Id, Instant
from screening.models.base import NAME_LENGTH, REFERENCE_LENGTH, Base


class Handover(SiteScoped, Base):
    """A guard handed the desk of an entrance to another during a day."""

    __tablename__ = "handover"
    __table_args__ = (Index(None, "site", "day", "entrance_id"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    entrance_id: Mapped[str] = mapped_column(ForeignKey("entrance.id"))
    day: Mapped[date] = mapped_column(Date)
    at: Mapped[datetime] = mapped_column(Instant)
    from_ref: Mapped[str] = mapped_column(String(REFERENCE_LENGTH))
    from_name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    to_ref: Mapped[str] = mapped_column(String(REFERENCE_LENGTH))
    to_name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    note: Mapped[str] = mapped_column(String(500), default="")


class Destruction(SiteScoped, Base):
    """A batch of personal data that was destroyed because its time was up (facts: duties and law)."""

    __tablename__ = "destruction"
    __table_args__ = (Index(None, "site", "at"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    at: Mapped[datetime] = mapped_column(Instant)
    kind: Mapped[str] = mapped_column(String(40))
    count: Mapped[int] = mapped_column(Integer)
    first_day: Mapped[date] = mapped_column(Date)
    last_day: Mapped[date] = mapped_column(Date)
    kept_days: Mapped[int] = mapped_column(Integer)
    """The retention of the site's settings that was up."""
