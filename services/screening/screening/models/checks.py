"""Checks at entrances. What a check says can't contradict itself: the database refuses it too."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import cast

from sqlalchemy import Boolean, CheckConstraint, Date, ForeignKey, Index, Integer, String, Table, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from common.data.base import SiteScoped
from common.data.types import Encrypted, Id, Instant, JsonDoc, ScaledDecimal
from screening.models.base import KEY_LENGTH, NAME_LENGTH, REFERENCE_LENGTH, Base

RULES = {
    "decision": "decision IN ('admit', 'refuse', 'hold')",
    "person_kind": "person_kind IN ('staff', 'visitor', 'unnamed')",
    "person": "(person_kind = 'unnamed') = (person_id IS NULL)",
    "measured_or_refused": "reading IS NOT NULL OR refused_measurement OR manual_hold IS NOT NULL",
    "refused_is_not_measured": "reading IS NULL OR NOT refused_measurement",
    "fever_by_boundary": "CASE WHEN reading IS NULL THEN NOT fever ELSE fever = (reading >= boundary) END",
    "fever_holds": "NOT fever OR decision = 'hold'",
    "manual_hold_holds": "manual_hold IS NULL OR decision = 'hold'",
    "link": "(link IS NULL) OR link IN ('retest', 'mask_given')",
    "void": "(voided_at IS NULL) = (void_reason IS NULL) AND (voided_at IS NULL) = (voided_by IS NULL)",
    "departure": "departed_at IS NULL OR departed_at >= measured_at",
    "import": "import_id IS NULL OR imported",
}
"""Constraints by name (facts: contradictions cannot be stored)."""


class Check(SiteScoped, Base):
    """One person at one entrance at one time, with the decision and its reasons as codes of the rules.

    `sequence` rises with each change (void, completion, departure): a register that holds an older one is amended.
    """

    __tablename__ = "entrance_check"
    __table_args__ = (
        *(CheckConstraint(rule, name=name) for name, rule in RULES.items()),
        UniqueConstraint("site", "key"),
        Index(None, "site", "day", "entrance_id", "measured_at"),
        Index(None, "site", "measured_at", "id"),
        Index(None, "site", "person_id", "measured_at"),
        Index(None, "site", "first_id"),
        Index(None, "site", "import_id"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    key: Mapped[str] = mapped_column(String(KEY_LENGTH))
    """The idempotency key: unique at its site for as long as the check lives."""
    key_digest: Mapped[str] = mapped_column(String(32))
    """A keyed digest of the request that came with the key."""
    entrance_id: Mapped[str] = mapped_column(ForeignKey("entrance.id"))
    day: Mapped[date] = mapped_column(Date)
    """The site's local day of `measured_at`."""
    measured_at: Mapped[datetime] = mapped_column(Instant)
    recorded_at: Mapped[datetime] = mapped_column(Instant)

    person_kind: Mapped[str] = mapped_column(String(12))
    person_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"), default=None)
    name: Mapped[str | None] = mapped_column(String(NAME_LENGTH), default=None)
    """As given at the entrance; the person's own record may be spelled otherwise."""
    staff_number: Mapped[str | None] = mapped_column(String(40), default=None)
    particulars: Mapped[str | None] = mapped_column(Encrypted("screening.entrance_check.particulars"), default=None)
    """Of visitors and unnamed people: JSON of document_type, document_number and phone as given at the entrance."""
    company: Mapped[str | None] = mapped_column(String(120), default=None)
    purpose: Mapped[str | None] = mapped_column(String(200), default=None)

    reading: Mapped[Decimal | None] = mapped_column(ScaledDecimal(2), default=None)
    """℃; nothing means that nobody measured, never 0."""
    boundary: Mapped[Decimal] = mapped_column(ScaledDecimal(2))
    """The lowest reading that was a fever by the protocol in force."""
    fever: Mapped[bool] = mapped_column(Boolean)
    mask: Mapped[bool | None] = mapped_column(Boolean, default=None)
    """Nothing where the source does not say (imported lists of readings)."""
    refused_measurement: Mapped[bool] = mapped_column(Boolean, default=False)
    symptoms: Mapped[list[str]] = mapped_column(JsonDoc, default=list)
    """Codes of the protocol's questions answered with yes, and symptoms in words that the protocol does not list."""
    manual_hold: Mapped[str | None] = mapped_column(String(200), default=None)
    """Why a guard held this person by hand."""
    thermometer: Mapped[str | None] = mapped_column(String(40), default=None)

    decision: Mapped[str] = mapped_column(String(8))
    reasons: Mapped[list[str]] = mapped_column(JsonDoc, default=list)
    advice: Mapped[list[str]] = mapped_column(JsonDoc, default=list)
    protocol_code: Mapped[str] = mapped_column(String(60))
    notice_version: Mapped[str] = mapped_column(String(20))
    guard_ref: Mapped[str] = mapped_column(String(REFERENCE_LENGTH))
    guard_name: Mapped[str] = mapped_column(String(NAME_LENGTH))

    first_id: Mapped[str | None] = mapped_column(ForeignKey("entrance_check.id", ondelete="SET NULL"), default=None)
    """The first check of a chain, where this one follows it."""
    link: Mapped[str | None] = mapped_column(String(12), default=None)
    """How this one follows the first: `retest` or `mask_given`."""
    imported: Mapped[bool] = mapped_column(Boolean, default=False)
    import_id: Mapped[str | None] = mapped_column(Id, default=None)
    late: Mapped[bool] = mapped_column(Boolean, default=False)
    """The day's register was sealed when this came."""

    departed_at: Mapped[datetime | None] = mapped_column(Instant, default=None)
    voided_at: Mapped[datetime | None] = mapped_column(Instant, default=None)
    voided_by: Mapped[str | None] = mapped_column(String(REFERENCE_LENGTH), default=None)
    void_reason: Mapped[str | None] = mapped_column(String(200), default=None)
    completed_at: Mapped[datetime | None] = mapped_column(Instant, default=None)
    completed_by: Mapped[str | None] = mapped_column(String(REFERENCE_LENGTH), default=None)
    sequence: Mapped[int] = mapped_column(Integer, default=1)


CHECK = cast(Table, Check.__table__)
