"""What an incident hangs on: its checks and alerts, and news that came before the incident."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from common.data.base import SiteScoped
from common.data.types import Id, Instant, ScaledDecimal
from isolation.models.base import NAME_LENGTH, REFERENCE_LENGTH, Base


class IncidentCheck(SiteScoped, Base):
    """A check that was heard of: the first of an incident, a retest, or one whose incident is not there yet.

    Every reaction to news of a check locks this row first, so that a check and the news about it, taken in at the same
    time by two workers, can't miss each other.
    """

    __tablename__ = "incident_check"
    __table_args__ = (
        CheckConstraint("role IN ('unknown', 'first', 'retest')", name="role"),
        Index(None, "incident_id"),
        Index(None, "site", "heard_at"),
    )

    site: Mapped[str] = mapped_column(String(40), primary_key=True)
    check_id: Mapped[str] = mapped_column(Id, primary_key=True)
    incident_id: Mapped[str | None] = mapped_column(ForeignKey("incident.id"), default=None)
    role: Mapped[str] = mapped_column(String(8), default="unknown")
    heard_at: Mapped[datetime] = mapped_column(Instant)
    """When news of it last came."""
    measured_at: Mapped[datetime | None] = mapped_column(Instant, default=None)
    reading: Mapped[Decimal | None] = mapped_column(ScaledDecimal(2), default=None)
    normal: Mapped[bool | None] = mapped_column(Boolean, default=None)
    thermometer: Mapped[str | None] = mapped_column(String(80), default=None)
    voided_at: Mapped[datetime | None] = mapped_column(Instant, default=None)


class IncidentAlert(SiteScoped, Base):
    """An alert about a check of an incident, as far as notify told of it."""

    __tablename__ = "incident_alert"
    __table_args__ = (Index(None, "incident_id"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    incident_id: Mapped[str] = mapped_column(ForeignKey("incident.id"))
    cause_type: Mapped[str | None] = mapped_column(String(120), default=None)
    """The event that caused it; nothing until the alert's own raising was heard of."""
    silent: Mapped[bool] = mapped_column(Boolean, default=False)
    raised_at: Mapped[datetime | None] = mapped_column(Instant, default=None)
    first_sent_at: Mapped[datetime | None] = mapped_column(Instant, default=None)
    acknowledged_at: Mapped[datetime | None] = mapped_column(Instant, default=None)
    acknowledged_ref: Mapped[str | None] = mapped_column(String(REFERENCE_LENGTH), default=None)
    acknowledged_by: Mapped[str | None] = mapped_column(String(NAME_LENGTH), default=None)
    exhausted_at: Mapped[datetime | None] = mapped_column(Instant, default=None)


class EarlyEvent(SiteScoped, Base):
    """News of a check whose incident is not there yet; told again, in order, when it opens."""

    __tablename__ = "early_event"
    __table_args__ = (Index(None, "site", "check_id"), Index(None, "site", "arrived_at"))

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    check_id: Mapped[str] = mapped_column(Id)
    type: Mapped[str] = mapped_column(String(120))
    arrived_at: Mapped[datetime] = mapped_column(Instant)
    body: Mapped[str] = mapped_column(Text)
