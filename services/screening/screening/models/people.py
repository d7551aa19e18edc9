"""People known to the site: staff from the directory's events, visitors by their documents."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from sqlalchemy import Boolean, CheckConstraint, Index, Integer, LargeBinary, String, Table, text
from sqlalchemy.orm import Mapped, mapped_column

from common.data.base import SiteScoped
from common.data.types import Encrypted, Id, Instant, JsonDoc
from screening.models.base import Base, Sorted

VISITOR = "visitor"


class Person(SiteScoped, Base):
    """Somebody known to the site. `id` is the directory's for `staff` and `contractor`, ours for a `visitor`.

    Visitors are one person where their documents are one (facts: readings and identity); without a document each stays
    his own until a guard chooses an earlier one. Blind indexes are made by `screening.usecases.finding`.
    """

    __tablename__ = "person"
    __table_args__ = (
        CheckConstraint("kind IN ('staff', 'contractor', 'visitor')", name="kind"),
        CheckConstraint("kind = 'visitor' OR staff_number IS NOT NULL", name="staff_number"),
        Index(
            "uq_person_visitor_document",
            "site",
            "document_index",
            unique=True,
            sqlite_where=text("kind = 'visitor'"),
            postgresql_where=text("kind = 'visitor'"),
        ),
        Index(None, "site", "document_index"),
        Index(None, "site", "document_last4"),
        Index(None, "site", "phone_index"),
        Index(None, "site", "phone_last4"),
        Index(None, "site", "name"),
        Index(None, "site", "initials"),
        Index(None, "site", "staff_number"),
        Index(None, "site", "badge"),
        Index(None, "site", "kind", "last_seen_at"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    kind: Mapped[str] = mapped_column(String(12))
    name: Mapped[str] = mapped_column(Sorted)
    initials: Mapped[str] = mapped_column(Sorted)
    document_type: Mapped[str | None] = mapped_column(String(40), default=None)
    document_number: Mapped[str | None] = mapped_column(Encrypted("screening.person.document_number"), default=None)
    document_index: Mapped[bytes | None] = mapped_column(LargeBinary(16), default=None)
    document_last4: Mapped[bytes | None] = mapped_column(LargeBinary(16), default=None)
    phone: Mapped[str | None] = mapped_column(Encrypted("screening.person.phone"), default=None)
    phone_index: Mapped[bytes | None] = mapped_column(LargeBinary(16), default=None)
    phone_last4: Mapped[bytes | None] = mapped_column(LargeBinary(16), default=None)
    person_key: Mapped[str | None] = mapped_column(String(64), default=None)
    company: Mapped[str | None] = mapped_column(String(120), default=None)
    staff_number: Mapped[str | None] = mapped_column(String(40), default=None)
    badge: Mapped[str | None] = mapped_column(String(80), default=None)
    section: Mapped[str] = mapped_column(String(120), default="")
    leaves: Mapped[list[dict[str, Any]]] = mapped_column(JsonDoc, default=list)
    """Of staff: `{first_day, last_day, reason}` with ISO dates, both days included."""
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    sequence: Mapped[int] = mapped_column(Integer, default=0)
    """Of staff: the directory's version; an older one is ignored."""
    last_seen_at: Mapped[datetime | None] = mapped_column(Instant, default=None)
    """Of visitors: when the newest check was."""

    @property
    def is_staff(self) -> bool:
        """Whether the directory knows this person."""
        return self.kind != VISITOR

    @property
    def ref(self) -> str:
        """How events and other services name this person."""
        return f"{'staff' if self.is_staff else 'visitor'}:{self.id}"


PERSON = cast(Table, Person.__table__)
