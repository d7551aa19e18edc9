"""Calls the people of a rung, sets the timer, and lets the ladder end where nobody is left."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import delete, select, update

from common.events.catalogue.notify import AlertExhausted
from common.ids import new_id
from common.op import Op
from notify.domain.ladder import IN_APP, RUNG_WORDS, Directory, Person, next_rung
from notify.domain.texts import local_time, message_text, short_line
from notify.models import Alert, Message, Timer
from notify.usecases.changes import add_history
from notify.usecases.directory import Way, reach

SYSTEM = "system"
"""The recipient of what goes to another system and not to a person."""


def climb(op: Op, alert: Alert, directory: Directory, ways: Sequence[Way], *, timed: bool = True) -> int:
    """Takes an unanswered alert to its next rung with a reachable person and calls everyone on it; returns how many
    were called. Rungs without one are passed at once and recorded; at the ladder's end it says that nobody answered.
    """
    alert.ladder_version += 1
    rungs = [str(one["to"]) for one in alert.ladder]
    step = next_rung(rungs, alert.rung, lambda to: bool(reach(directory, to, ways)))
    for index in step.skipped:
        add_history(op, alert, "skipped", to=rungs[index], rung=index)
    if step.rung is None:
        exhaust(op, alert)
        return 0
    alert.rung = step.rung
    called = reach(directory, rungs[step.rung], ways)
    call(op, alert, called, ways)
    add_history(op, alert, "called", to=rungs[step.rung], rung=step.rung, people=len(called))
    if timed:
        wait = timedelta(minutes=int(alert.ladder[step.rung]["wait_minutes"]))
        op.db.add(
            Timer(
                id=new_id(), site=alert.site, alert_id=alert.id, ladder_version=alert.ladder_version,
                due_at=op.now + wait,
            )
        )  # fmt: skip
    return len(called)


def exhaust(op: Op, alert: Alert) -> None:
    """The ladder has ended: the alert stays in sight as 无人应答 until somebody takes it."""
    alert.state = "exhausted"
    add_history(op, alert, "exhausted")
    op.emit(
        AlertExhausted(alert_id=alert.id, check_id=alert.check_id, at=op.now),
        site=alert.site, subject=alert.id, sequence=alert.change,
    )  # fmt: skip


def call(op: Op, alert: Alert, called: Sequence[tuple[Person, tuple[str, ...]]], ways: Sequence[Way]) -> None:
    """Writes the messages of a rung; who had this alert by a channel before does not get it again (facts: messages)."""
    site = op.site(alert.site)
    had = set(
        op.db.execute(
            select(Message.recipient, Message.channel_id).where(
                Message.site == alert.site, Message.alert_id == alert.id
            )
        )
    )
    kinds = {way.id: way.kind for way in ways}
    at = local_time(alert.found_at, site.timezone)
    rung = RUNG_WORDS[str(alert.ladder[alert.rung]["to"])][0]
    base = op.host.settings.public_url.rstrip("/")
    text = message_text(
        bureau=site.name, title=alert.title_zh, severity=alert.severity, at=at, name=alert.masked_name, rung=rung,
        link=f"{base}/notify/{alert.site}/alerts/{alert.id}" if base else "", alert_id=alert.id,
    )  # fmt: skip
    line = short_line(title=alert.title_zh, at=at, name=alert.masked_name)
    wanted = [(person.id, person.masked_name, way) for person, through in called for way in through]
    wanted += [(SYSTEM, way.name, way.id) for way in ways if way.kind == "webhook"]
    for recipient, name, way in wanted:
        if (recipient, way) in had:
            continue
        in_app = way == IN_APP
        state = "delivered" if in_app else "shown" if site.trial else "queued"
        op.db.add(
            Message(
                id=new_id(), site=alert.site, alert_id=alert.id, channel_id=way, channel_kind=kinds.get(way, IN_APP),
                recipient=recipient, recipient_name=name, rung=alert.rung, subject=f"【四早】{alert.title_zh}",
                text=text, line=line, state=state, created_at=op.now, next_at=op.now if state == "queued" else None,
                delivered_at=op.now if in_app else None,
            )
        )  # fmt: skip


def stop_calling(op: Op, alert: Alert) -> None:
    """Cancels whatever is still queued of an alert, timers too."""
    alert.ladder_version += 1
    op.db.execute(
        update(Message)
        .where(Message.site == alert.site, Message.alert_id == alert.id, Message.state == "queued")
        .values(state="cancelled", next_at=None)
    )
    op.db.execute(delete(Timer).where(Timer.site == alert.site, Timer.alert_id == alert.id))
