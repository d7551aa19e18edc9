"""Channels, the messages that go through them, and the log of attempts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from common.data.base import SiteScoped
from common.data.types import Encrypted, Id, Instant, JsonDoc
from notify.models.base import Base


class ChannelConfig(SiteScoped, Base):
    """A way out of the house: a robot, a mail server, a provider, a webhook."""

    __tablename__ = "channel_config"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(80))
    enabled: Mapped[bool] = mapped_column(Boolean, default=True)
    groups: Mapped[list[str]] = mapped_column(JsonDoc, default=list)
    """The groups whose alerts it carries; empty: all."""
    address: Mapped[str] = mapped_column(Encrypted("notify.channel_config.address"))
    secret: Mapped[str | None] = mapped_column(Encrypted("notify.channel_config.secret"), default=None)
    options: Mapped[dict[str, Any]] = mapped_column(JsonDoc, default=dict)
    version: Mapped[int] = mapped_column(Integer, default=1)
    changed_at: Mapped[datetime] = mapped_column(Instant)
    changed_by: Mapped[str] = mapped_column(String(100))

    __table_args__ = (UniqueConstraint("site", "name"),)


class Message(SiteScoped, Base):
    """One alert to one person by one channel; never a second one, whatever is redelivered or restarted."""

    __tablename__ = "message"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    alert_id: Mapped[str | None] = mapped_column(Id, default=None)
    """`None` for a test that somebody sent from the channel's page."""
    channel_id: Mapped[str] = mapped_column(String(36))
    """`in_app`, `mail` (the installation's own mail server) or a configured channel's id."""
    channel_kind: Mapped[str] = mapped_column(String(20))
    recipient: Mapped[str] = mapped_column(String(36))
    """A person's id, or the channel's own name where a system and no person is told."""
    recipient_name: Mapped[str] = mapped_column(String(120), default="")
    rung: Mapped[int] = mapped_column(Integer, default=0)
    subject: Mapped[str] = mapped_column(String(250))
    text: Mapped[str] = mapped_column(Text)
    line: Mapped[str] = mapped_column(String(400), default="")
    state: Mapped[str] = mapped_column(String(12))
    """queued, sending, delivered, failed, cancelled, or shown (a trial: never sent)."""
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    created_at: Mapped[datetime] = mapped_column(Instant)
    next_at: Mapped[datetime | None] = mapped_column(Instant, default=None)
    claimed_at: Mapped[datetime | None] = mapped_column(Instant, default=None)
    delivered_at: Mapped[datetime | None] = mapped_column(Instant, default=None)
    answer_code: Mapped[str | None] = mapped_column(String(80), default=None)
    answer: Mapped[str | None] = mapped_column(String(500), default=None)

    __table_args__ = (
        UniqueConstraint("site", "alert_id", "recipient", "channel_id"),
        Index("ix_message_due", "site", "state", "next_at"),
        Index("ix_message_created", "site", "created_at"),
    )


class Attempt(SiteScoped, Base):
    """One try at a channel's far side: the delivery log, and what a robot's rate is counted from."""

    __tablename__ = "attempt"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    channel_id: Mapped[str] = mapped_column(String(36))
    channel_kind: Mapped[str] = mapped_column(String(20))
    message_ids: Mapped[list[str]] = mapped_column(JsonDoc)
    at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant, default=None)
    ok: Mapped[bool | None] = mapped_column(Boolean, default=None)
    parts: Mapped[int] = mapped_column(Integer, default=1)
    answer_code: Mapped[str | None] = mapped_column(String(80), default=None)
    answer: Mapped[str | None] = mapped_column(String(500), default=None)

    __table_args__ = (Index("ix_attempt_channel", "site", "channel_id", "at"),)
