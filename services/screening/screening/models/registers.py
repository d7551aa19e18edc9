"""Registers: a day of an entrance, its signatures and seals, and its rows as they stood at sealing (plan G3)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import Boolean, CheckConstraint, Date, ForeignKey, Index, Integer, LargeBinary, String, Table
from sqlalchemy import UniqueConstraint as Unique
from sqlalchemy.orm import Mapped, mapped_column

from common.data.base import SiteScoped
from common.data.types import Encrypted, Id, Instant, JsonDoc
from screening.models.base import NAME_LENGTH, REFERENCE_LENGTH, Base

REASON_LENGTH = 200


class RegisterChain(SiteScoped, Base):
    """The end of an entrance's chain of seals; whoever signs or seals there locks this row first."""

    __tablename__ = "register_chain"

    site: Mapped[str] = mapped_column(String(40), primary_key=True)
    entrance_id: Mapped[str] = mapped_column(ForeignKey("entrance.id"), primary_key=True)
    position: Mapped[int] = mapped_column(Integer, default=0)
    head: Mapped[bytes | None] = mapped_column(LargeBinary(32), default=None)


class Register(SiteScoped, Base):
    """A day of an entrance, from its first signature on. `version` 0: not sealed yet; each seal raises it."""

    __tablename__ = "register"
    __table_args__ = (
        Unique("site", "entrance_id", "day"),
        Index(None, "site", "day"),
        CheckConstraint("(version = 0) = (head IS NULL) AND (version = 0) = (sealed_at IS NULL)", name="sealed"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    entrance_id: Mapped[str] = mapped_column(ForeignKey("entrance.id"))
    day: Mapped[date] = mapped_column(Date)
    version: Mapped[int] = mapped_column(Integer, default=0)
    head: Mapped[bytes | None] = mapped_column(LargeBinary(32), default=None)
    sealed_at: Mapped[datetime | None] = mapped_column(Instant, default=None)


class RegisterSignature(SiteScoped, Base):
    """A guard's signature under his part of a version; by another, with a reason, where the guard is absent."""

    __tablename__ = "register_signature"
    __table_args__ = (
        Unique("register_id", "version", "guard_ref"),
        CheckConstraint(
            "(by_ref IS NULL) = (reason IS NULL) AND (by_ref IS NULL) = (by_name IS NULL)", name="on_behalf"
        ),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    register_id: Mapped[str] = mapped_column(ForeignKey("register.id"))
    version: Mapped[int] = mapped_column(Integer)
    """The version of the register that this signature goes into."""
    guard_ref: Mapped[str] = mapped_column(String(REFERENCE_LENGTH))
    guard_name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    at: Mapped[datetime] = mapped_column(Instant)
    checks: Mapped[int] = mapped_column(Integer)
    """How many checks the guard had when he signed: with more of them, he signs again."""
    by_ref: Mapped[str | None] = mapped_column(String(REFERENCE_LENGTH), default=None)
    by_name: Mapped[str | None] = mapped_column(String(NAME_LENGTH), default=None)
    reason: Mapped[str | None] = mapped_column(String(REASON_LENGTH), default=None)


class RegisterSeal(SiteScoped, Base):
    """A version of a register, sealed. It holds the digests of its rows in order, so that it stays verifiable alone.

    `position` counts the seals of the entrance in the order in which they were made, whatever day they are of.
    """

    __tablename__ = "register_seal"
    __table_args__ = (Unique("register_id", "version"), Unique("site", "entrance_id", "position"))

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    register_id: Mapped[str] = mapped_column(ForeignKey("register.id"))
    entrance_id: Mapped[str] = mapped_column(ForeignKey("entrance.id"))
    version: Mapped[int] = mapped_column(Integer)
    position: Mapped[int] = mapped_column(Integer)
    sealed_at: Mapped[datetime] = mapped_column(Instant)
    header: Mapped[dict[str, Any]] = mapped_column(JsonDoc)
    """What the head binds beside the rows, as it was hashed."""
    root: Mapped[bytes] = mapped_column(LargeBinary(32))
    head: Mapped[bytes] = mapped_column(LargeBinary(32))
    previous: Mapped[bytes | None] = mapped_column(LargeBinary(32), default=None)
    count: Mapped[int] = mapped_column(Integer)
    digests: Mapped[bytes] = mapped_column(LargeBinary)
    """The rows' digests, 32 bytes each, in the register's order."""
    by_ref: Mapped[str] = mapped_column(String(REFERENCE_LENGTH))
    reason: Mapped[str | None] = mapped_column(String(REASON_LENGTH), default=None)


class RegisterRow(SiteScoped, Base):
    """A check as it stood when it was sealed. When its time is up, content and salt go and the digest stays."""

    __tablename__ = "register_row"
    __table_args__ = (
        CheckConstraint("(content IS NULL) = (salt IS NULL)", name="erased"),
        Index(None, "register_id", "until"),
    )

    register_id: Mapped[str] = mapped_column(ForeignKey("register.id"), primary_key=True)
    check_id: Mapped[str] = mapped_column(Id, primary_key=True)
    sequence: Mapped[int] = mapped_column(Integer, primary_key=True)
    """The check's own version at sealing."""
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    salt: Mapped[bytes | None] = mapped_column(LargeBinary(16), default=None)
    content: Mapped[str | None] = mapped_column(Encrypted("screening.register_row.content"), default=None)
    voided: Mapped[bool] = mapped_column(Boolean)
    completed: Mapped[bool] = mapped_column(Boolean)
    since: Mapped[int] = mapped_column(Integer)
    """The version that took the row in."""
    until: Mapped[int | None] = mapped_column(Integer, default=None)
    """The version that put another row of the same check in its place."""


class MonitoringGroup(SiteScoped, Base):
    """Who leads the site's monitoring group, kept from the directory's events: they may sign for an absent guard."""

    __tablename__ = "monitoring_group"

    site: Mapped[str] = mapped_column(String(40), primary_key=True)
    leaders: Mapped[list[str]] = mapped_column(JsonDoc, default=list)
    """Ids of persons: the leader, deputies and the leader in charge."""
    sequence: Mapped[int] = mapped_column(Integer)


REGISTER_ROW = cast(Table, RegisterRow.__table__)
