"""Alerts, their history and timers, and what is known of a cause before its alert is there."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, Boolean, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from common.data.base import SiteScoped
from common.data.types import Encrypted, Id, Instant, JsonDoc, ScaledDecimal
from notify.models.base import Base


class Alert(SiteScoped, Base):
    """Something that somebody must answer; exactly one for each cause."""

    __tablename__ = "alert"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    cause_type: Mapped[str] = mapped_column(String(120))
    cause_id: Mapped[str] = mapped_column(String(120))
    check_id: Mapped[str | None] = mapped_column(Id, default=None)
    incident_id: Mapped[str | None] = mapped_column(Id, default=None)
    kind: Mapped[str] = mapped_column(String(20))
    """fever, symptom, manual_hold, filing_overdue or step_overdue."""
    title_zh: Mapped[str] = mapped_column(String(200))
    title_en: Mapped[str] = mapped_column(String(200))
    severity: Mapped[str] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(16), default="open")
    mark: Mapped[str] = mapped_column(String(16), default="none")
    mark_confirmed_at: Mapped[datetime | None] = mapped_column(Instant, default=None)
    group: Mapped[str] = mapped_column(String(20))
    silent: Mapped[bool] = mapped_column(Boolean, default=False)
    reaches_nobody: Mapped[bool] = mapped_column(Boolean, default=False)
    """The group had nobody who can be reached when the alert was raised: it went to the site's administrators."""
    entrance: Mapped[str] = mapped_column(String(120), default="")
    masked_name: Mapped[str] = mapped_column(String(120), default="")
    reading: Mapped[Decimal | None] = mapped_column(ScaledDecimal(2), default=None)
    found_at: Mapped[datetime] = mapped_column(Instant)
    raised_at: Mapped[datetime] = mapped_column(Instant)
    first_sent_at: Mapped[datetime | None] = mapped_column(Instant, default=None)
    acknowledged_at: Mapped[datetime | None] = mapped_column(Instant, default=None)
    acknowledged_by: Mapped[str | None] = mapped_column(String(100), default=None)
    acknowledged_name: Mapped[str | None] = mapped_column(Encrypted("notify.alert.acknowledged_name"), default=None)
    closed_at: Mapped[datetime | None] = mapped_column(Instant, default=None)
    ladder: Mapped[list[dict[str, Any]]] = mapped_column(JsonDoc)
    """The rungs as the protocol had them when the alert was raised."""
    rung: Mapped[int] = mapped_column(Integer, default=-1)
    ladder_version: Mapped[int] = mapped_column(Integer, default=0)
    """Rises when the alert climbs, is answered or ends; a timer of an older version does nothing."""
    change: Mapped[int] = mapped_column(BigInteger)
    """The site's change stamp at the last change, by which live pages find it."""

    __table_args__ = (
        UniqueConstraint("site", "cause_type", "cause_id"),
        Index("ix_alert_state", "site", "state", "id"),
        Index("ix_alert_change", "site", "change"),
        Index("ix_alert_check", "site", "check_id"),
        Index("ix_alert_incident", "site", "incident_id"),
    )


class AlertEntry(SiteScoped, Base):
    """One line of an alert's history."""

    __tablename__ = "alert_entry"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    alert_id: Mapped[str] = mapped_column(Id)
    at: Mapped[datetime] = mapped_column(Instant)
    what: Mapped[str] = mapped_column(String(40))
    by_ref: Mapped[str] = mapped_column(String(100))
    by_name: Mapped[str | None] = mapped_column(Encrypted("notify.alert_entry.by_name"), default=None)
    details: Mapped[dict[str, Any]] = mapped_column(JsonDoc, default=dict)

    __table_args__ = (Index("ix_alert_entry_alert", "site", "alert_id", "id"),)


class Timer(SiteScoped, Base):
    """When an unanswered alert climbs; it carries the ladder version it was set for."""

    __tablename__ = "timer"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    alert_id: Mapped[str] = mapped_column(Id)
    ladder_version: Mapped[int] = mapped_column(Integer)
    due_at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (UniqueConstraint("alert_id", "ladder_version"), Index("ix_timer_due", "site", "due_at"))


class CauseNote(SiteScoped, Base):
    """What an event said of a cause, kept by the cause's id: the alert may be raised before or after it arrives."""

    __tablename__ = "cause_note"

    site: Mapped[str] = mapped_column(String(40), primary_key=True)
    subject: Mapped[str] = mapped_column(String(80), primary_key=True)
    """The check, incident or filing it is about."""
    what: Mapped[str] = mapped_column(String(80), primary_key=True)
    """`void`, `retest:<check>`, `name`, `incident`, `closed`, `step:<step>` or `received`."""
    at: Mapped[datetime] = mapped_column(Instant)
    details: Mapped[dict[str, Any]] = mapped_column(JsonDoc, default=dict)

    __table_args__ = (Index("ix_cause_note_at", "site", "at"),)


class ChangeCounter(Base):
    """The newest change stamp of each site. Whoever changes alerts raises it first and so holds the site's turn until
    his commit: stamps become visible in their order. Not site-scoped: a code and a number are no secret."""

    __tablename__ = "change_counter"

    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[int] = mapped_column(BigInteger)
