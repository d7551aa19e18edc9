"""Tables that carry events: outbox, event log, inbox, and the deliveries of the embedded transport."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from sqlalchemy import BigInteger, Boolean, Index, Integer, PrimaryKeyConstraint, String, Table, Text
from sqlalchemy.orm import Mapped, mapped_column

from common.data.base import CommonBase, SiteScoped
from common.data.types import Instant

BigId = BigInteger().with_variant(Integer, "sqlite")


class Outbox(CommonBase):
    """Events written in the transaction of their data and not yet handed to the transport."""

    __tablename__ = "outbox"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    site: Mapped[str] = mapped_column(String(40))
    type: Mapped[str] = mapped_column(String(120))
    urgent: Mapped[bool] = mapped_column(Boolean, default=False)
    created_at: Mapped[datetime] = mapped_column(Instant)
    body: Mapped[str] = mapped_column(Text)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    next_at: Mapped[datetime | None] = mapped_column(Instant, default=None)
    parked_at: Mapped[datetime | None] = mapped_column(Instant, default=None)
    problem: Mapped[str | None] = mapped_column(Text, default=None)

    __table_args__ = (Index("ix_outbox_order", "urgent", "id"),)


class EventLog(SiteScoped, CommonBase):
    """What was handed to the transport, in a rising position: the HTTP feed reads it (kept 90 days)."""

    __tablename__ = "event_log"

    position: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    id: Mapped[str] = mapped_column(String(36), unique=True)
    type: Mapped[str] = mapped_column(String(120))
    published_at: Mapped[datetime] = mapped_column(Instant)
    body: Mapped[str] = mapped_column(Text)

    __table_args__ = (Index("ix_event_log_site_position", "site", "position"),)


class Inbox(CommonBase):
    """Events that had their effect here: the same one again has none."""

    __tablename__ = "inbox"

    consumer: Mapped[str] = mapped_column(String(40))
    source: Mapped[str] = mapped_column(String(120))
    event_id: Mapped[str] = mapped_column(String(64))
    type: Mapped[str] = mapped_column(String(120))
    handled_at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (PrimaryKeyConstraint("consumer", "source", "event_id"), Index("ix_inbox_at", "handled_at"))


class Delivery(CommonBase):
    """An event on its way into this service by the embedded transport: waiting, to be tried again, or parked."""

    __tablename__ = "delivery"

    event_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    source: Mapped[str] = mapped_column(String(120), primary_key=True)
    site: Mapped[str] = mapped_column(String(40))
    type: Mapped[str] = mapped_column(String(120))
    urgent: Mapped[bool] = mapped_column(Boolean, default=False)
    body: Mapped[str] = mapped_column(Text)
    arrived_at: Mapped[datetime] = mapped_column(Instant)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    next_at: Mapped[datetime] = mapped_column(Instant)
    parked_at: Mapped[datetime | None] = mapped_column(Instant, default=None)
    problem: Mapped[str | None] = mapped_column(Text, default=None)

    __table_args__ = (Index("ix_delivery_due", "parked_at", "next_at"),)


class DutyClock(CommonBase):
    """When a duty is due next at a site; whoever moves `next_at` in its transaction does the duty."""

    __tablename__ = "duty_clock"

    duty: Mapped[str] = mapped_column(String(80), primary_key=True)
    site: Mapped[str] = mapped_column(String(40), primary_key=True)
    next_at: Mapped[datetime] = mapped_column(Instant)
    last_at: Mapped[datetime | None] = mapped_column(Instant, default=None)
    failures: Mapped[int] = mapped_column(Integer, default=0)


class JobRun(CommonBase):
    """Work that is done once per site, job and local day, whatever restarts (facts: days and times)."""

    __tablename__ = "job_run"

    site: Mapped[str] = mapped_column(String(40), primary_key=True)
    job: Mapped[str] = mapped_column(String(120), primary_key=True)
    day: Mapped[str] = mapped_column(String(10), primary_key=True)
    done_at: Mapped[datetime] = mapped_column(Instant)


class IdempotencyKey(SiteScoped, CommonBase):
    """The answer already given to a request's key."""

    __tablename__ = "idempotency_key"

    site: Mapped[str] = mapped_column(String(40), primary_key=True)
    scope: Mapped[str] = mapped_column(String(80), primary_key=True)
    key: Mapped[str] = mapped_column(String(120), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))
    status: Mapped[int] = mapped_column(Integer)
    body: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Instant)


INBOX = cast(Table, Inbox.__table__)
DELIVERY = cast(Table, Delivery.__table__)
EVENT_LOG = cast(Table, EventLog.__table__)
OUTBOX = cast(Table, Outbox.__table__)
"""The tables for statements that must be few and fast."""
