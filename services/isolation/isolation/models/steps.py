"""The steps of an incident as the protocol had them when it opened, and everything recorded about each."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from common.data.base import SiteScoped
from common.data.types import Encrypted, Id, Instant, JsonDoc
from isolation.models.base import CODE_LENGTH, NAME_LENGTH, REFERENCE_LENGTH, Base


class IncidentStep(SiteScoped, Base):
    """A step that is owed, with its deadline and its present state."""

    __tablename__ = "incident_step"
    __table_args__ = (
        UniqueConstraint("incident_id", "code"),
        CheckConstraint("state IN ('open', 'done', 'not_needed')", name="state"),
        CheckConstraint("(state = 'open') = (record_id IS NULL)", name="record"),
        Index(None, "site", "state", "due_at"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    incident_id: Mapped[str] = mapped_column(ForeignKey("incident.id"))
    code: Mapped[str] = mapped_column(String(CODE_LENGTH))
    position: Mapped[int] = mapped_column(Integer)
    name_zh: Mapped[str] = mapped_column(String(200))
    name_en: Mapped[str] = mapped_column(String(200))
    obligatory: Mapped[bool] = mapped_column(Boolean)
    within_minutes: Mapped[int] = mapped_column(Integer)
    due_at: Mapped[datetime] = mapped_column(Instant)
    phones: Mapped[list[str]] = mapped_column(JsonDoc, default=list)
    """Keys of the site's telephone numbers."""
    outcomes: Mapped[list[list[str]]] = mapped_column(JsonDoc, default=list)
    """Pairs of Chinese and English words that the form offers."""
    state: Mapped[str] = mapped_column(String(12), default="open")
    late: Mapped[bool] = mapped_column(Boolean, default=False)
    record_id: Mapped[str | None] = mapped_column(Id, default=None)
    """The record that counts; earlier ones stay."""
    overdue_told_at: Mapped[datetime | None] = mapped_column(Instant, default=None)


class StepRecord(SiteScoped, Base):
    """What somebody recorded about a step.

    Rows are added, never changed; a correction is a further one with its reason.
    """

    __tablename__ = "step_record"
    __table_args__ = (Index(None, "incident_id"), Index(None, "step_id"))

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    incident_id: Mapped[str] = mapped_column(ForeignKey("incident.id"))
    step_id: Mapped[str] = mapped_column(ForeignKey("incident_step.id"))
    state: Mapped[str] = mapped_column(String(12))
    outcome: Mapped[str] = mapped_column(Encrypted("isolation.step_record.outcome"))
    note: Mapped[str] = mapped_column(Encrypted("isolation.step_record.note"))
    receipt: Mapped[str] = mapped_column(Encrypted("isolation.step_record.receipt"))
    """Number or name of whoever was told at the authority."""
    done_at: Mapped[datetime] = mapped_column(Instant)
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    by_ref: Mapped[str] = mapped_column(String(REFERENCE_LENGTH))
    by_name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    late: Mapped[bool] = mapped_column(Boolean)
    preset: Mapped[bool] = mapped_column(Boolean, default=False)
    """Set by a confirmed mark, not by a person's own record of the step."""
    reason: Mapped[str | None] = mapped_column(Encrypted("isolation.step_record.reason"), default=None)
    """Why the record before was corrected."""
