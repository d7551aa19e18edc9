"""Splitting by bytes, combining over a robot's rate, and when a failed message is tried again (facts: messages)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

BACK_OFF = (timedelta(seconds=5), timedelta(seconds=20), timedelta(minutes=1), timedelta(minutes=3))
"""How long a failed message waits before its next attempt; after the last one it has failed for good."""

RATE_WINDOW = timedelta(minutes=1)


@dataclass(frozen=True)
class Limits:
    """What a robot takes: bytes of text in a post, and posts a minute."""

    post_bytes: int
    posts_a_minute: int


ROBOT_LIMITS: dict[str, Limits] = {
    "wecom": Limits(2048, 20),
    "dingtalk": Limits(18_000, 20),
    "feishu": Limits(18_000, 60),
}


def retry_after(attempts: int) -> timedelta | None:
    """How long to wait after the attempt with this number (from 1); `None` if it was the last."""
    return BACK_OFF[attempts - 1] if attempts <= len(BACK_OFF) else None


def split_text(text: str, limit: int) -> list[str]:
    """`text` in pieces of at most `limit` bytes of UTF-8 (at least 4), cut between characters, at a line's end if there
    is one in the second half of a piece; joined they are the text."""
    if limit < 4:
        raise ValueError("a piece holds at least one character: 4 bytes")
    pieces: list[str] = []
    rest = text
    while len(rest.encode()) > limit:
        head = rest.encode()[:limit].decode(errors="ignore")
        line_end = head.rfind("\n") + 1
        if line_end > len(head) // 2:
            head = head[:line_end]
        pieces.append(head)
        rest = rest[len(head) :]
    return [*pieces, rest] if rest or not pieces else pieces


@dataclass(frozen=True)
class Waiting:
    """An alert that waits to be posted by a robot: its whole text, and one line for when many wait."""

    alert_id: str
    text: str
    line: str


@dataclass(frozen=True)
class PlannedPost:
    """One post: whose alerts it tells, and what it says."""

    alerts: tuple[str, ...]
    text: str


def plan_post(waiting: Sequence[Waiting], budget: int, limit: int) -> PlannedPost | None:
    """The next post of a robot with `budget` posts left in this minute.

    While there are posts enough for each waiting alert, the oldest has one of its own. Over the rate the alerts are
    combined, a line each, as many as fit `limit` bytes. `None` when nothing waits or nothing may be posted now.
    """
    if not waiting or budget <= 0:
        return None
    if len(waiting) <= budget:
        return PlannedPost((waiting[0].alert_id,), waiting[0].text)
    told: list[Waiting] = []
    text = ""
    for one in waiting:
        longer = combined([*told, one])
        if told and len(longer.encode()) > limit:
            break
        told.append(one)
        text = longer
    return PlannedPost(tuple(one.alert_id for one in told), text)


def combined(alerts: Sequence[Waiting]) -> str:
    """The text of a post that tells several alerts."""
    return "\n".join([f"【四早】{len(alerts)}条告警待处理：", *(one.line for one in alerts)])
