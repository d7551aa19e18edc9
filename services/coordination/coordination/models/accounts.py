"""Accounts, roles, keys, links, throttles: they belong to the installation and to no site's wall."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from common.data.base import SITE_LENGTH
from common.data.types import Encrypted, Id, Instant, JsonDoc
from coordination.models.base import Base


class Account(Base):
    """The sign-in of a person; its id is the person's."""

    __tablename__ = "account"

    person_id: Mapped[str] = mapped_column(Id, primary_key=True)
    home_site: Mapped[str] = mapped_column(String(SITE_LENGTH), index=True)
    ref: Mapped[str] = mapped_column(String(80), unique=True)
    """`staff:<person id>`, or `account:<person id>` for a person known for signing in alone."""
    login: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(Encrypted("coordination.account.name"))
    password_hash: Mapped[str | None] = mapped_column(String(200), default=None)
    pin_hash: Mapped[str | None] = mapped_column(String(200), default=None)
    disabled: Mapped[bool] = mapped_column(Boolean, default=False)
    sessions_from: Mapped[datetime | None] = mapped_column(Instant, default=None)
    """Sessions opened before this count no more."""
    last_sign_in: Mapped[datetime | None] = mapped_column(Instant, default=None)
    sequence: Mapped[int] = mapped_column(Integer, default=1)


class HeldRole(Base):
    """A role of a person at a site: by a group, by hand, or by hand withheld although a group gives it."""

    __tablename__ = "held_role"
    __table_args__ = (Index(None, "site", "role"),)

    person_id: Mapped[str] = mapped_column(Id, primary_key=True)
    site: Mapped[str] = mapped_column(String(SITE_LENGTH), primary_key=True)
    role: Mapped[str] = mapped_column(String(20), primary_key=True)
    origin: Mapped[str] = mapped_column(String(10))
    """`group` or `hand`."""
    withheld: Mapped[bool] = mapped_column(Boolean, default=False)
    given_by: Mapped[str] = mapped_column(String(80), default="")
    given_at: Mapped[datetime] = mapped_column(Instant)


class IssuedSession(Base):
    """A session that was opened; `vouched_by` is the full session behind one opened by PIN."""

    __tablename__ = "issued_session"

    token_id: Mapped[str] = mapped_column(Id, primary_key=True)
    person_id: Mapped[str] = mapped_column(Id, index=True)
    issued_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant, index=True)
    vouched_by: Mapped[str | None] = mapped_column(Id, index=True, default=None)
    ended: Mapped[bool] = mapped_column(Boolean, default=False)


class SigningKey(Base):
    """A key pair that signs sessions; the private part only the key ring opens."""

    __tablename__ = "signing_key"

    kid: Mapped[str] = mapped_column(String(80), primary_key=True)
    jwk: Mapped[dict[str, Any]] = mapped_column(JsonDoc)
    private: Mapped[str] = mapped_column(Encrypted("coordination.signing_key.private"))
    made_at: Mapped[datetime] = mapped_column(Instant)
    not_after: Mapped[datetime] = mapped_column(Instant)
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    """Whether new sessions are signed with it."""
    revoked: Mapped[bool] = mapped_column(Boolean, default=False)
    sequence: Mapped[int] = mapped_column(Integer, default=1)


class OneTimeLink(Base):
    """A link that works once: to found the installation, to take up a role, or to set a password."""

    __tablename__ = "one_time_link"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    """SHA-256 of the secret in the link."""
    purpose: Mapped[str] = mapped_column(String(10))
    """`found`, `invite` or `password`."""
    site: Mapped[str | None] = mapped_column(String(SITE_LENGTH), default=None)
    role: Mapped[str | None] = mapped_column(String(20), default=None)
    person_id: Mapped[str | None] = mapped_column(Id, index=True, default=None)
    made_by: Mapped[str] = mapped_column(String(80))
    expires_at: Mapped[datetime] = mapped_column(Instant)
    used_at: Mapped[datetime | None] = mapped_column(Instant, default=None)


class Throttle(Base):
    """Attempts in a window, counted for all processes together; the key is a keyed digest of a login or an address."""

    __tablename__ = "throttle"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    window_from: Mapped[datetime] = mapped_column(Instant, index=True)
    count: Mapped[int] = mapped_column(Integer)
