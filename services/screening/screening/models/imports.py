"""Imports of paper registers and staff temperature lists: each with its outcome, and the lines that were not taken."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, String, Table
from sqlalchemy.orm import Mapped, mapped_column

from common.data.base import SiteScoped
from common.data.types import Encrypted, Id, Instant, JsonDoc
from screening.models.base import NAME_LENGTH, REFERENCE_LENGTH, Base

FILENAME_LENGTH = 200


class PaperImport(SiteScoped, Base):
    """A file that was sent: what it was, how far it is taken in, what came of it."""

    __tablename__ = "paper_import"
    __table_args__ = (
        CheckConstraint("kind IN ('register', 'staff_temperatures')", name="kind"),
        CheckConstraint("state IN ('running', 'done')", name="state"),
        CheckConstraint("(state = 'done') = (finished_at IS NOT NULL)", name="finished"),
        Index(None, "site", "started_at", "id"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    filename: Mapped[str] = mapped_column(String(FILENAME_LENGTH))
    entrance_id: Mapped[str] = mapped_column(ForeignKey("entrance.id"))
    day: Mapped[date] = mapped_column(Date)
    state: Mapped[str] = mapped_column(String(10))
    by_ref: Mapped[str] = mapped_column(String(REFERENCE_LENGTH))
    by_name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    started_at: Mapped[datetime] = mapped_column(Instant)
    progress_at: Mapped[datetime] = mapped_column(Instant)
    """When the last thousand rows were taken in: one that stands still was broken off."""
    finished_at: Mapped[datetime | None] = mapped_column(Instant, default=None)
    total: Mapped[int] = mapped_column(Integer)
    done: Mapped[int] = mapped_column(Integer, default=0)
    counts: Mapped[dict[str, Any]] = mapped_column(JsonDoc, default=dict)
    notes: Mapped[list[dict[str, str]]] = mapped_column(JsonDoc, default=list)
    """Words in both languages, `{zh, en}`."""
    layouts: Mapped[str | None] = mapped_column(Encrypted("screening.paper_import.layouts"), default=None)
    """The forms' title and header lines by sheet, JSON: a file of refused rows has the same layout."""


class PaperLine(SiteScoped, Base):
    """A line that was refused, not measured, or has a warning; its words and cells are kept for some days."""

    __tablename__ = "paper_line"
    __table_args__ = (
        CheckConstraint("outcome IN ('refused', 'not_measured', 'warning')", name="outcome"),
        Index(None, "site", "import_id"),
    )

    import_id: Mapped[str] = mapped_column(ForeignKey("paper_import.id"), primary_key=True)
    place: Mapped[int] = mapped_column(Integer, primary_key=True)
    sheet: Mapped[str] = mapped_column(String(60))
    line: Mapped[int] = mapped_column(Integer)
    outcome: Mapped[str] = mapped_column(String(12))
    field: Mapped[str] = mapped_column(String(40))
    content: Mapped[str | None] = mapped_column(Encrypted("screening.paper_line.content"), default=None)
    """JSON of the reason in both languages and, for a refused line, its cells; nothing once their days are over."""


PAPER_LINE = cast(Table, PaperLine.__table__)
