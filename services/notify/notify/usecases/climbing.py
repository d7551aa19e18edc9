"""Lets unanswered alerts climb when their time has come."""

from __future__ import annotations

from sqlalchemy import delete, func, select

from common.events.catalogue.notify import AlertEscalated
from common.op import Op
from notify.metrics import ALERTS_EXHAUSTED, ALERTS_OPEN, ALERTS_REACHING_NOBODY
from notify.models import Alert, Timer
from notify.usecases.calling import climb
from notify.usecases.changes import take_turn
from notify.usecases.directory import load_directory, load_ways

TIMERS_AT_ONCE = 100


def climb_due(op: Op, site: str) -> int:
    """Takes every alert of the site whose timer is due to its next rung; returns how many climbed.

    A timer set for an older version of its alert's ladder does nothing (facts: messages).
    """
    if _next_timers(op, site, 1) == []:
        return 0
    change = take_turn(op, site)
    climbed = 0
    for timer in _next_timers(op, site, TIMERS_AT_ONCE):
        alert = op.db.get(Alert, timer.alert_id, populate_existing=True)
        op.db.execute(delete(Timer).where(Timer.id == timer.id))
        if alert is None or alert.state != "open" or alert.ladder_version != timer.ladder_version:
            continue
        alert.change = change
        _climb_one(op, alert)
        climbed += 1
    return climbed


def _next_timers(op: Op, site: str, limit: int) -> list[Timer]:
    return list(
        op.db.scalars(
            select(Timer).where(Timer.site == site, Timer.due_at <= op.now).order_by(Timer.due_at).limit(limit)
        )
    )


def _climb_one(op: Op, alert: Alert) -> None:
    directory = load_directory(op, alert.site, alert.group, op.today(alert.site))
    reached = climb(op, alert, directory, load_ways(op, alert.site, alert.group))
    if alert.state == "open":
        op.emit(
            AlertEscalated(
                alert_id=alert.id, check_id=alert.check_id, rung=alert.rung, at=op.now, reached=reached,
                to=str(alert.ladder[alert.rung]["to"]),
            ),
            site=alert.site, subject=alert.id, sequence=alert.change,
        )  # fmt: skip


def measure_alerts(op: Op, site: str) -> None:
    """Sets the gauges of unanswered alerts once this transaction is done."""
    rows = op.db.execute(
        select(Alert.state, Alert.reaches_nobody, func.count())
        .where(Alert.site == site, Alert.state.in_(("open", "exhausted")), Alert.silent.is_(False))
        .group_by(Alert.state, Alert.reaches_nobody)
    )
    found = [(state, nobody, int(number)) for state, nobody, number in rows]

    def publish() -> None:
        ALERTS_OPEN.labels(site).set(sum(number for state, _nobody, number in found if state == "open"))
        ALERTS_EXHAUSTED.labels(site).set(sum(number for state, _nobody, number in found if state == "exhausted"))
        ALERTS_REACHING_NOBODY.labels(site).set(sum(number for _state, nobody, number in found if nobody))

    op.after_commit.append(publish)
