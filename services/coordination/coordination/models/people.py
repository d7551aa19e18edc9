"""The directory: people, sections, the dated organisation chart, the plan's groups, leaves, imports."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from common.data.base import SITE_LENGTH, SiteScoped
from common.data.types import Encrypted, Id, Instant, JsonDoc
from coordination.models.base import Base, CodePointText


class Section(SiteScoped, Base):
    """A section of the bureau; the leadership (局领导) is one too, of its own kind."""

    __tablename__ = "section"
    __table_args__ = (UniqueConstraint("site", "name"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    leadership: Mapped[bool] = mapped_column(Boolean, default=False)
    head_id: Mapped[str | None] = mapped_column(Id, default=None)
    deputy_id: Mapped[str | None] = mapped_column(Id, default=None)
    """The leader in charge (分管领导)."""
    vacant_post: Mapped[str] = mapped_column(String(60), default="")
    """The head's post while nobody holds it."""
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    sequence: Mapped[int] = mapped_column(Integer, default=1)


class Person(SiteScoped, Base):
    """A staff member, a contractor, or a person known for signing in alone (`account`)."""

    __tablename__ = "person"
    __table_args__ = (
        UniqueConstraint("site", "staff_number"),
        UniqueConstraint("site", "document_index"),
        Index(None, "site", "name"),
        Index(None, "site", "initials"),
        Index(None, "site", "superior_id"),
        CheckConstraint("superior_id IS NULL OR superior_id <> id", name="own_superior"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    kind: Mapped[str] = mapped_column(String(12))
    staff_number: Mapped[str | None] = mapped_column(String(20), default=None)
    badge: Mapped[str | None] = mapped_column(String(40), default=None)
    name: Mapped[str] = mapped_column(CodePointText)
    initials: Mapped[str] = mapped_column(CodePointText, default="")
    document_type: Mapped[str | None] = mapped_column(String(30), default=None)
    document_number: Mapped[str | None] = mapped_column(Encrypted("coordination.person.document_number"), default=None)
    document_index: Mapped[bytes | None] = mapped_column(LargeBinary(16), default=None)
    person_key: Mapped[str | None] = mapped_column(String(64), default=None)
    masked_document: Mapped[str] = mapped_column(String(40), default="")
    phone: Mapped[str | None] = mapped_column(Encrypted("coordination.person.phone"), default=None)
    masked_phone: Mapped[str] = mapped_column(String(40), default="")
    email: Mapped[str | None] = mapped_column(Encrypted("coordination.person.email"), default=None)
    section_id: Mapped[str | None] = mapped_column(Id, ForeignKey("section.id"), default=None)
    post: Mapped[str] = mapped_column(String(60), default="")
    company: Mapped[str] = mapped_column(String(120), default="")
    superior_id: Mapped[str | None] = mapped_column(Id, default=None)
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    sequence: Mapped[int] = mapped_column(Integer, default=0)


class ChartEntry(SiteScoped, Base):
    """Who held a place of the chart in which days: the history behind the present columns."""

    __tablename__ = "chart_entry"
    __table_args__ = (
        Index(None, "site", "kind", "subject_id"),
        CheckConstraint("last_day IS NULL OR last_day >= first_day", name="period"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    """`superior` (of a person), `head` or `deputy` (of a section)."""
    subject_id: Mapped[str] = mapped_column(Id)
    holder_id: Mapped[str] = mapped_column(Id)
    first_day: Mapped[date] = mapped_column(Date)
    last_day: Mapped[date | None] = mapped_column(Date, default=None)


class LeaveDays(SiteScoped, Base):
    """Days on which a person is away, both included."""

    __tablename__ = "leave_days"
    __table_args__ = (
        UniqueConstraint("person_id", "first_day", "last_day"),
        Index(None, "site", "person_id"),
        CheckConstraint("last_day >= first_day", name="period"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    person_id: Mapped[str] = mapped_column(Id, ForeignKey("person.id"))
    first_day: Mapped[date] = mapped_column(Date)
    last_day: Mapped[date] = mapped_column(Date)
    reason: Mapped[str] = mapped_column(String(60), default="")


class WorkGroup(SiteScoped, Base):
    """One of the plan's groups at a site; `roles` are what membership gives."""

    __tablename__ = "work_group"

    site: Mapped[str] = mapped_column(String(SITE_LENGTH), primary_key=True)
    code: Mapped[str] = mapped_column(String(20), primary_key=True)
    leader_in_charge: Mapped[str | None] = mapped_column(Id, default=None)
    roles: Mapped[list[str]] = mapped_column(JsonDoc, default=list)
    sequence: Mapped[int] = mapped_column(Integer, default=0)


class GroupMember(SiteScoped, Base):
    """A person's place in a group."""

    __tablename__ = "group_member"

    site: Mapped[str] = mapped_column(String(SITE_LENGTH), primary_key=True)
    group_code: Mapped[str] = mapped_column(String(20), primary_key=True)
    person_id: Mapped[str] = mapped_column(Id, ForeignKey("person.id"), primary_key=True)
    position: Mapped[str] = mapped_column(String(10))


class ImportRun(SiteScoped, Base):
    """A staff list that was sent, with its outcome and, for a while, its refused rows as a file to correct."""

    __tablename__ = "import_run"
    __table_args__ = (Index(None, "site", "digest"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    filename: Mapped[str] = mapped_column(String(200))
    digest: Mapped[str] = mapped_column(String(64))
    sent_at: Mapped[datetime] = mapped_column(Instant)
    sent_by: Mapped[str] = mapped_column(String(80))
    outcome: Mapped[dict[str, Any]] = mapped_column(JsonDoc)
    refused_file: Mapped[str | None] = mapped_column(Encrypted("coordination.import_run.refused_file"), default=None)
    """The file in base64; taken away after 30 days, since it holds personal data."""
