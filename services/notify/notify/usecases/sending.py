"""The messages that wait: claimed just before they are sent, and what became of them afterwards.

A claim is a transaction of its own; the far side is spoken to outside any; the outcome is stored in a third. A claim
that was never followed by an outcome (the process was killed in between) is taken up again after two minutes: an alarm
told twice is better than one that was never told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select, update

from common.errors import not_found
from common.ids import new_id
from common.op import Op, usecase
from notify.domain.ladder import ROBOTS
from notify.domain.sending import RATE_WINDOW, ROBOT_LIMITS, Waiting, plan_post, retry_after, split_text
from notify.domain.states import CALLING
from notify.models import Alert, Attempt, ChannelConfig, Message, PersonCopy
from notify.usecases.channels import find_channel
from notify.usecases.directory import MAIL

CLAIM = timedelta(minutes=2)
ROWS_AT_ONCE = 400


@dataclass(frozen=True)
class Way:
    """How to speak to a channel's far side. Secrets stay in the process: they are never logged."""

    id: str
    kind: str
    address: str
    secret: str | None
    options: dict[str, Any]


@dataclass(frozen=True)
class Addressee:
    """One of those a post is for."""

    staff_number: str
    masked_name: str
    phone: str | None
    email: str | None


@dataclass(frozen=True)
class Post:
    """One claimed post: what to send, to whom, by which way."""

    attempt_id: str
    site: str
    message_ids: tuple[str, ...]
    way: Way
    subject: str
    text: str
    addressees: tuple[Addressee, ...]
    alert_id: str | None
    at: datetime


@dataclass(frozen=True)
class Result:
    """What the far side said of a post."""

    ok: bool
    code: str
    words: str
    permanent: bool = False
    """Whether no further attempt can help."""


@usecase(read=True)
def waiting_channels(op: Op, *, site: str) -> list[tuple[str, str]]:
    """The channels, as (id, kind), for which a message is due."""
    return sorted(
        op.db.execute(select(Message.channel_id, Message.channel_kind).where(Message.site == site, _due(op)).distinct())
    )


@usecase
def claim_post(op: Op, *, site: str, channel_id: str) -> Post | None:
    """Claims the next post of a channel; `None` when nothing is due or a robot's rate is used up.

    What nobody needs any more is cancelled here, at the moment of sending: its alert was answered or closed.
    """
    config = op.db.scalars(
        select(ChannelConfig).where(ChannelConfig.site == site, ChannelConfig.id == channel_id).with_for_update()
    ).first()
    mine = and_(Message.site == site, Message.channel_id == channel_id, _due(op))
    answered = select(Alert.id).where(Alert.site == site, Alert.state.not_in(CALLING))
    op.db.execute(
        update(Message)
        .where(mine, Message.alert_id.in_(answered))
        .values(state="cancelled", next_at=None)
        .execution_options(synchronize_session=False)
    )
    if (config is None and channel_id != MAIL) or (config is not None and not config.enabled):
        op.db.execute(
            update(Message)
            .where(mine)
            .values(state="failed", next_at=None, answer_code="no_channel", answer="渠道已停用或删除")
            .execution_options(synchronize_session=False)
        )
        return None
    robot = config is not None and config.kind in ROBOTS
    rows = list(
        op.db.scalars(
            select(Message)
            .where(mine)
            .order_by(Message.id)
            .limit(ROWS_AT_ONCE if robot else 1)
            .with_for_update(skip_locked=True)
        )
    )
    if not rows:
        return None
    text = rows[0].text
    if robot and config is not None:
        planned = _plan(op, config, rows)
        if planned is None:
            return None
        rows, text = planned
    return _claim(op, site, config, channel_id, rows, text)


def _due(op: Op) -> ColumnElement[bool]:
    return or_(
        and_(Message.state == "queued", Message.next_at <= op.now),
        and_(Message.state == "sending", Message.claimed_at <= op.now - CLAIM),
    )


def _plan(op: Op, config: ChannelConfig, rows: Sequence[Message]) -> tuple[list[Message], str] | None:
    """Which rows go into a robot's next post, and its text."""
    limits = ROBOT_LIMITS[config.kind]
    used = op.db.scalar(
        select(func.coalesce(func.sum(Attempt.parts), 0)).where(
            Attempt.site == config.site, Attempt.channel_id == config.id, Attempt.at > op.now - RATE_WINDOW
        )
    )
    waiting: dict[str, Waiting] = {}
    for row in rows:
        key = row.alert_id or row.id
        waiting.setdefault(key, Waiting(key, row.text, row.line))
    post = plan_post(list(waiting.values()), limits.posts_a_minute - int(used or 0), limits.post_bytes)
    if post is None:
        return None
    return [row for row in rows if (row.alert_id or row.id) in post.alerts], post.text


def _claim(
    op: Op, site: str, config: ChannelConfig | None, channel_id: str, rows: Sequence[Message], text: str
) -> Post:
    kind = rows[0].channel_kind
    limits = ROBOT_LIMITS.get(kind)
    attempt = Attempt(
        id=new_id(), site=site, channel_id=channel_id, channel_kind=kind, message_ids=[row.id for row in rows],
        at=op.now, parts=1 if limits is None else len(split_text(text, limits.post_bytes)),
    )  # fmt: skip
    op.db.add(attempt)
    for row in rows:
        row.state, row.claimed_at, row.attempts, row.next_at = "sending", op.now, row.attempts + 1, None
    people = op.db.scalars(
        select(PersonCopy).where(PersonCopy.site == site, PersonCopy.id.in_([row.recipient for row in rows]))
    )
    return Post(
        attempt_id=attempt.id, site=site, message_ids=tuple(row.id for row in rows), subject=rows[0].subject, text=text,
        way=way_of(op, config), alert_id=rows[0].alert_id, at=op.now,
        addressees=tuple(Addressee(one.staff_number, one.masked_name, one.phone, one.email) for one in people),
    )  # fmt: skip


def way_of(op: Op, config: ChannelConfig | None) -> Way:
    """How to speak to a configured channel, or to the installation's own mail server."""
    if config is None:
        return Way(MAIL, "email", op.host.settings.smtp, None, {})
    return Way(config.id, config.kind, config.address, config.secret, config.options)


@usecase
def claim_test(op: Op, *, channel_id: str, person_id: str | None) -> tuple[str, Post | None]:
    """A message that tries a channel, claimed at once; without a post where the site is a trial: it is only shown.

    Returns the message's id. Raises NotFound for a channel or person of another site.
    """
    config = find_channel(op, channel_id)
    person = None if person_id is None else op.db.get(PersonCopy, (config.site, person_id))
    if person_id is not None and person is None:
        raise not_found("person", "人员", person_id)
    site = op.site(config.site)
    row = Message(
        id=new_id(), site=config.site, alert_id=None, channel_id=config.id, channel_kind=config.kind,
        recipient=config.id if person is None else person.id, subject="【四早】渠道测试",
        recipient_name=config.name if person is None else person.masked_name,
        text=f"【四早·{site.name}】这是一条渠道测试消息，无需处理。", line="· 渠道测试", rung=0,
        state="shown" if site.trial else "queued", created_at=op.now, attempts=0,
    )  # fmt: skip
    op.db.add(row)
    op.audit("channel.tested", site=config.site, subject=config.id)
    return row.id, None if site.trial else _claim(op, config.site, config, config.id, [row], row.text)


@usecase
def record_result(op: Op, *, post: Post, result: Result) -> None:
    """Stores what the far side answered: delivered, or to be tried again, or failed for good."""
    answer = result.words[:500]
    op.db.execute(
        update(Attempt)
        .where(Attempt.site == post.site, Attempt.id == post.attempt_id)
        .values(ended_at=op.now, ok=result.ok, answer_code=result.code[:80], answer=answer)
    )
    rows = op.db.scalars(
        select(Message)
        .where(Message.site == post.site, Message.id.in_(post.message_ids), Message.state == "sending")
        .with_for_update()
    )
    for row in rows:
        row.answer_code, row.answer, row.claimed_at = result.code[:80], answer, None
        wait = None if result.permanent or row.alert_id is None else retry_after(row.attempts)
        if result.ok:
            row.state, row.delivered_at = "delivered", op.now
        elif wait is None:
            row.state = "failed"
        elif _answered(op, row):
            row.state = "cancelled"
        else:
            row.state, row.next_at = "queued", op.now + wait


def _answered(op: Op, row: Message) -> bool:
    state = op.db.scalar(select(Alert.state).where(Alert.site == row.site, Alert.id == row.alert_id))
    return state not in CALLING
