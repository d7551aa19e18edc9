"""Raises an alert, exactly one for each cause."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select

from common.copies.lookups import protocol_on
from common.errors import Unavailable
from common.events.catalogue.notify import AlertRaised
from common.ids import new_id
from common.op import Op
from common.protocol import AlertRules
from notify.domain.ladder import STANDING_LADDER
from notify.domain.states import Verdict, severity_of
from notify.domain.texts import Title
from notify.metrics import observe_first_alert
from notify.models import Alert
from notify.usecases.calling import climb
from notify.usecases.changes import add_history
from notify.usecases.directory import load_directory, load_ways, reach
from notify.usecases.routes import rule_for

UNMARKED = Verdict("none", False)


@dataclass(frozen=True)
class Cause:
    """What an alert is about."""

    event_type: str
    id: str
    kind: str
    title: Title
    found_at: datetime
    check_id: str | None = None
    incident_id: str | None = None
    entrance: str = ""
    masked_name: str = ""
    reading: Decimal | None = None
    silent: bool = False
    over: bool = False
    """Whether a later event already said that it is over: then it is kept and nobody is called."""


def alert_rules(op: Op, site: str) -> AlertRules:
    """How alerts climb at a site today; where no protocol is in force, the standing ladder."""
    try:
        return protocol_on(op.db, site, op.today(site)).alerts
    except Unavailable:
        return AlertRules(ladder=STANDING_LADDER)


def find_by_cause(op: Op, site: str, event_type: str, cause_id: str) -> Alert | None:
    """The alert of a cause."""
    return op.db.scalars(
        select(Alert).where(Alert.site == site, Alert.cause_type == event_type, Alert.cause_id == cause_id)
    ).first()


def raise_alert(
    op: Op, site: str, cause: Cause, rules: AlertRules, change: int, verdict: Verdict = UNMARKED
) -> Alert | None:
    """Raises the alert of a cause and calls its first rung; `None` if it was raised before.

    `change` is the stamp of the site's turn, taken before the cause was looked at.
    """
    if find_by_cause(op, site, cause.event_type, cause.id) is not None:
        return None
    rule = rule_for(op, site, cause.event_type)
    alert = Alert(
        id=new_id(), site=site, cause_type=cause.event_type, cause_id=cause.id, check_id=cause.check_id,
        incident_id=cause.incident_id, kind=cause.kind, title_zh=cause.title.zh, title_en=cause.title.en,
        severity=severity_of(rule.severity, verdict), state="closed" if cause.over else "open", mark=verdict.mark,
        group=rule.group, silent=cause.silent, entrance=cause.entrance, masked_name=cause.masked_name,
        reading=cause.reading, found_at=cause.found_at, raised_at=op.now, closed_at=op.now if cause.over else None,
        ladder=[one.model_dump(mode="json") for one in rules.ladder], rung=-1, ladder_version=0, change=change,
    )  # fmt: skip
    op.db.add(alert)
    add_history(op, alert, "raised", group=rule.group)
    if not alert.silent and not cause.over:
        _start_ladder(op, alert, timed=rule.ladder)
    op.emit(
        AlertRaised(
            alert_id=alert.id, cause_type=cause.event_type, cause_id=cause.id, check_id=cause.check_id,
            group=alert.group, raised_at=op.now, first_sent_at=alert.first_sent_at, silent=alert.silent,
        ),
        site=site, subject=alert.id, sequence=change,
    )  # fmt: skip
    return alert


def _start_ladder(op: Op, alert: Alert, *, timed: bool) -> None:
    directory = load_directory(op, alert.site, alert.group, op.today(alert.site))
    ways = load_ways(op, alert.site, alert.group)
    if not reach(directory, "group", ways):
        alert.reaches_nobody = True
        first = {"to": "admins", "wait_minutes": alert.ladder[0]["wait_minutes"]}
        alert.ladder = [first, *alert.ladder]
        add_history(op, alert, "reaches_nobody", group=alert.group)
    if climb(op, alert, directory, ways, timed=timed):
        alert.first_sent_at = op.now
        observe_first_alert(op, alert)
