"""What isolation's pages share: running at the page's site, words, and times typed by people."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from common.errors import Invalid
from common.roles import Role
from common.web.language import pick
from common.web.page import page_zone
from common.web.request import caller, host, page_site
from isolation.domain.words import (
    CLOCKS,
    KINDS,
    MARKS,
    OUTCOMES,
    PHONES,
    SEVERITIES,
    STATES,
    STEP_STATES,
    Words,
    words_of,
)

R = TypeVar("R")
READERS = (Role.EMERGENCY, Role.COORDINATOR, Role.LEADER, Role.AUDITOR)
WORKERS = (Role.EMERGENCY,)
UNMASKERS = (Role.EMERGENCY, Role.COORDINATOR)
TABLES = {
    "kind": KINDS, "severity": SEVERITIES, "state": STATES, "step_state": STEP_STATES, "mark": MARKS,
    "outcome": OUTCOMES, "clock": CLOCKS, "phone": PHONES,
}  # fmt: skip


def run_at(site: str, function: Callable[..., R], /, **arguments: Any) -> R:
    """Runs a use case over the page's own site alone: a thing of another site is not there."""
    return host().run(function, caller(), {page_site(site)}, **arguments)


def said(words: Words) -> str:
    """Words in the reader's language."""
    return pick(words.en, words.zh)


def code_words(table: str, code: str | None) -> str:
    """The words of a code in the reader's language."""
    return said(words_of(TABLES[table], code)) if code else ""


def typed_instant(text: str) -> datetime | None:
    """A time typed into a form, by the clock of the page's site; `None` if it was left empty. Raises Invalid."""
    if not text.strip():
        return None
    try:
        typed = datetime.fromisoformat(text.strip())
    except ValueError:
        raise Invalid(
            "time.typed",
            "This is not a time: choose day, hour and minute.",
            "时间填写有误:请选择日期和时分。",
            field="done_at",
        ) from None
    return typed if typed.tzinfo else typed.replace(tzinfo=ZoneInfo(page_zone()))


def tone_of(code: str) -> str:
    """How a timeline entry is coloured; its words say the same."""
    if code in {"alert.exhausted", "step.overdue", "check.held", "check.held_unmeasured", "check.retested_fever"}:
        return "bad"
    if code in {"alert.escalated", "step.done_late", "step.amended", "confirmation.withdrawn", "incident.reopened",
                "incident.closed_with_open_steps", "check.voided"}:  # fmt: skip
        return "warn"
    if code in {"step.done", "alert.acknowledged", "incident.closed", "check.retested_normal", "confirmation.given"}:
        return "good"
    return "neutral"
