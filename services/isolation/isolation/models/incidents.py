"""Incidents: one for each held check, or opened by hand."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Boolean, CheckConstraint, Date, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from common.data.base import SiteScoped
from common.data.types import Encrypted, Id, Instant, JsonDoc, ScaledDecimal
from isolation.models.base import CODE_LENGTH, NAME_LENGTH, REFERENCE_LENGTH, Base

PARTICULARS = "particulars"
"""The group of deferred columns that only a reader with a purpose, or a mask, loads."""


class Incident(SiteScoped, Base):
    """Somebody was found who must be seen to (plan G4). `version` rises with every change that a reader can see."""

    __tablename__ = "incident"
    __table_args__ = (
        UniqueConstraint("site", "check_id"),
        UniqueConstraint("site", "year", "place"),
        CheckConstraint("kind IN ('fever', 'symptom', 'manual_hold')", name="kind"),
        CheckConstraint("severity IN ('ordinary', 'severe')", name="severity"),
        CheckConstraint("state IN ('open', 'closed')", name="state"),
        CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="closed"),
        CheckConstraint("(state = 'closed') = (outcome IS NOT NULL)", name="outcome"),
        Index(None, "site", "state", "id"),
        Index(None, "site", "day", "id"),
        Index(None, "site", "person_key"),
        Index(None, "site", "closed_at"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    version: Mapped[int] = mapped_column(Integer, default=1)
    year: Mapped[int] = mapped_column(Integer)
    place: Mapped[int] = mapped_column(Integer)
    """The incident's place among those of its site and local year."""
    number: Mapped[str] = mapped_column(String(20))
    check_id: Mapped[str | None] = mapped_column(Id, default=None)
    """The held check that opened it, once and for all; nothing for one opened by hand."""
    kind: Mapped[str] = mapped_column(String(20))
    severity: Mapped[str] = mapped_column(String(12))
    state: Mapped[str] = mapped_column(String(8), default="open")
    imported: Mapped[bool] = mapped_column(Boolean, default=False)
    silent: Mapped[bool] = mapped_column(Boolean, default=False)
    """Too old to alarm when the system learnt of it."""
    day: Mapped[date] = mapped_column(Date)
    """The site's local day of `found_at`."""
    found_at: Mapped[datetime] = mapped_column(Instant)
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    opened_at: Mapped[datetime] = mapped_column(Instant)
    counted_from: Mapped[datetime] = mapped_column(Instant)
    """From when clocks and deadlines count (`domain.kinds.start_of`)."""

    reading: Mapped[Decimal | None] = mapped_column(ScaledDecimal(2), default=None)
    entrance_id: Mapped[str | None] = mapped_column(Id, default=None)
    place_name: Mapped[str] = mapped_column(String(120), default="")
    """The entrance's name, or where somebody was found."""
    reasons: Mapped[list[str]] = mapped_column(JsonDoc, default=list)
    reason_words: Mapped[list[list[str]]] = mapped_column(JsonDoc, default=list)
    """Pairs of Chinese and English words of reasons and symptoms, as the protocol in force had them."""
    protocol_code: Mapped[str] = mapped_column(String(60))
    limits: Mapped[dict[str, int]] = mapped_column(JsonDoc)
    """Seconds that the protocol gives each clock."""
    reported_by: Mapped[str] = mapped_column(String(REFERENCE_LENGTH))

    person_kind: Mapped[str] = mapped_column(String(12))
    person_ref: Mapped[str | None] = mapped_column(String(REFERENCE_LENGTH), default=None)
    person_key: Mapped[str | None] = mapped_column(String(64), default=None)
    staff_number: Mapped[str | None] = mapped_column(String(CODE_LENGTH), default=None)
    masked_name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    person_sequence: Mapped[int] = mapped_column(Integer, default=0)
    """Version of the check that the particulars are of: an older completion changes nothing."""
    name: Mapped[str | None] = mapped_column(
        Encrypted("isolation.incident.name"), default=None, deferred=True, deferred_group=PARTICULARS
    )
    phone: Mapped[str | None] = mapped_column(
        Encrypted("isolation.incident.phone"), default=None, deferred=True, deferred_group=PARTICULARS
    )
    document_type: Mapped[str | None] = mapped_column(String(20), default=None)
    document_number: Mapped[str | None] = mapped_column(
        Encrypted("isolation.incident.document_number"), default=None, deferred=True, deferred_group=PARTICULARS
    )

    suggestion: Mapped[str] = mapped_column(String(20), default="none")
    confirmed_mark: Mapped[str | None] = mapped_column(String(20), default=None)
    """What the emergency group confirmed when it took the alert."""
    first_alert_at: Mapped[datetime | None] = mapped_column(Instant, default=None)
    acknowledged_at: Mapped[datetime | None] = mapped_column(Instant, default=None)
    acknowledged_by: Mapped[str | None] = mapped_column(String(NAME_LENGTH), default=None)
    unanswered_at: Mapped[datetime | None] = mapped_column(Instant, default=None)
    """The alert's ladder ended without an answer."""
    authority_owed: Mapped[bool] = mapped_column(Boolean, default=True)
    """Whether the authority is still to be told, or was: false where no step asks for it, or it was left out."""
    authority_told_at: Mapped[datetime | None] = mapped_column(Instant, default=None)
    closed_at: Mapped[datetime | None] = mapped_column(Instant, default=None)
    closed_by: Mapped[str | None] = mapped_column(String(NAME_LENGTH), default=None)
    outcome: Mapped[str | None] = mapped_column(String(30), default=None)


class IncidentCounter(SiteScoped, Base):
    """The last number given at a site in a local year."""

    __tablename__ = "incident_counter"

    site: Mapped[str] = mapped_column(String(40), primary_key=True)
    year: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    last: Mapped[int] = mapped_column(Integer)
