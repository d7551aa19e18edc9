"""What happened to an incident, which others it is linked with, and what was destroyed when its time was over."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from common.data.base import SiteScoped
from common.data.types import Encrypted, Id, Instant, JsonDoc
from isolation.models.base import CODE_LENGTH, NAME_LENGTH, REFERENCE_LENGTH, Base


class TimelineEntry(SiteScoped, Base):
    """One thing that happened.

    Its words come from `code` and `params` (`domain.timeline`); `text` is what a person wrote.
    """

    __tablename__ = "timeline_entry"
    __table_args__ = (Index(None, "incident_id", "at"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    incident_id: Mapped[str] = mapped_column(ForeignKey("incident.id"))
    at: Mapped[datetime] = mapped_column(Instant)
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    code: Mapped[str] = mapped_column(String(CODE_LENGTH))
    params: Mapped[dict[str, Any]] = mapped_column(JsonDoc, default=dict)
    text: Mapped[str | None] = mapped_column(Encrypted("isolation.timeline_entry.text"), default=None)
    actor_ref: Mapped[str] = mapped_column(String(REFERENCE_LENGTH))
    actor_name: Mapped[str | None] = mapped_column(String(NAME_LENGTH), default=None)
    """Nothing where the event named a reference alone: the directory's copy has the name."""


class IncidentLink(SiteScoped, Base):
    """Two incidents that a person put together by hand; undone, it stays as a record."""

    __tablename__ = "incident_link"
    __table_args__ = (
        UniqueConstraint("site", "first_id", "second_id"),
        CheckConstraint("first_id < second_id", name="order"),
        Index(None, "second_id"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    first_id: Mapped[str] = mapped_column(ForeignKey("incident.id"))
    second_id: Mapped[str] = mapped_column(ForeignKey("incident.id"))
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    linked_at: Mapped[datetime] = mapped_column(Instant)
    linked_by: Mapped[str] = mapped_column(String(REFERENCE_LENGTH))
    linked_name: Mapped[str] = mapped_column(String(NAME_LENGTH))


class Destruction(SiteScoped, Base):
    """The record that data whose time was over was destroyed (facts: duties and law)."""

    __tablename__ = "destruction"
    __table_args__ = (Index(None, "site", "at"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    at: Mapped[datetime] = mapped_column(Instant)
    kind: Mapped[str] = mapped_column(String(20))
    older_than: Mapped[datetime] = mapped_column(Instant)
    count: Mapped[int] = mapped_column(Integer)
    numbers: Mapped[list[str]] = mapped_column(JsonDoc, default=list)
    """Numbers of the incidents destroyed: they name nobody."""
