"""What the entrance's events do to alerts: held, measured again, voided, completed, in any order."""

from __future__ import annotations

from sqlalchemy import select

from common.events.catalogue.notify import AlertMarked
from common.events.catalogue.screening import CheckCompleted, CheckHeld, CheckRetested, CheckVoided
from common.op import Op
from notify.domain.states import is_silent, mark_of, severity_of
from notify.domain.texts import held_title
from notify.models import Alert
from notify.usecases.changes import add_history, take_turn
from notify.usecases.notes import recall, remember, verdict_on
from notify.usecases.raising import Cause, alert_rules, raise_alert
from notify.usecases.routes import rule_for


def raise_for_check(op: Op, site: str, told: CheckHeld) -> None:
    """Raises the alert of a held check, with whatever came before it: a retest, a void, a name, an incident.

    An imported reading older than the protocol still alarms for is kept without sirens (facts: a site's protocol).
    """
    change = take_turn(op, site)
    rules = alert_rules(op, site)
    name = recall(op, site, told.check_id, "name")
    incident = recall(op, site, told.check_id, "incident")
    incident_id = None if incident is None else str(incident["incident_id"])
    kind = "fever" if told.fever else "symptom" if told.symptoms else "manual_hold"
    cause = Cause(
        event_type=CheckHeld.event_type, id=told.check_id, kind=kind, check_id=told.check_id, incident_id=incident_id,
        title=held_title(kind, told.reading, told.entrance_name), found_at=told.measured_at,
        entrance=told.entrance_name, reading=told.reading,
        masked_name=told.masked_name if name is None else str(name["masked_name"]),
        silent=is_silent(
            imported=told.imported, measured_at=told.measured_at, now=op.now,
            alarm_within_hours=rules.alarm_within_hours,
        ),
        over=incident_id is not None and recall(op, site, incident_id, "closed") is not None,
    )  # fmt: skip
    alert = raise_alert(op, site, cause, rules, change, verdict_on(op, site, told.check_id))
    if alert is not None and alert.mark != "none":
        _tell_mark(op, alert)


def take_retest(op: Op, site: str, told: CheckRetested) -> None:
    """Weighs a second measurement: a normal one marks the alert 复测正常, a fever again raises its severity."""
    change = take_turn(op, site)
    remember(
        op, site, told.first_check_id, f"retest:{told.check_id}", check_id=told.check_id,
        measured_at=told.measured_at.isoformat(), normal=told.normal,
    )  # fmt: skip
    remember(op, site, told.check_id, "first", check_id=told.first_check_id)
    alert = _alert_of(op, site, told.first_check_id)
    if alert is None:
        return
    reading = "" if told.reading is None else str(told.reading)
    add_history(op, alert, "retest_normal" if told.normal else "retest_fever", reading=reading, check_id=told.check_id)
    _weigh(op, alert, change)


def take_void(op: Op, site: str, told: CheckVoided) -> None:
    """Marks the alert of a voided check 误录待核; a voided retest counts no more."""
    change = take_turn(op, site)
    remember(op, site, told.check_id, "void")
    first = recall(op, site, told.check_id, "first")
    alert = _alert_of(op, site, told.check_id if first is None else str(first["check_id"]))
    if alert is not None:
        add_history(op, alert, "check_voided", check_id=told.check_id)
        _weigh(op, alert, change)


def complete_name(op: Op, site: str, told: CheckCompleted) -> None:
    """Puts the masked name of somebody who was stored without one on his alert."""
    change = take_turn(op, site)
    remember(op, site, told.check_id, "name", masked_name=told.masked_name)
    alert = _alert_of(op, site, told.check_id)
    if alert is not None and alert.masked_name != told.masked_name:
        alert.masked_name, alert.change = told.masked_name, change
        add_history(op, alert, "named")


def _alert_of(op: Op, site: str, check_id: str) -> Alert | None:
    return op.db.scalars(
        select(Alert).where(Alert.site == site, Alert.cause_type == CheckHeld.event_type, Alert.cause_id == check_id)
    ).first()


def _weigh(op: Op, alert: Alert, change: int) -> None:
    """Gives the alert the mark and severity that its check's later events add up to."""
    verdict = verdict_on(op, alert.site, alert.cause_id)
    alert.change = change
    severity = severity_of(rule_for(op, alert.site, alert.cause_type).severity, verdict)
    if severity == "severe" and alert.severity != "severe":
        alert.severity = severity
        add_history(op, alert, "severity_raised")
    if verdict.mark != alert.mark:
        alert.mark, alert.mark_confirmed_at = verdict.mark, None
        add_history(op, alert, "marked", mark=verdict.mark)
        _tell_mark(op, alert)


def _tell_mark(op: Op, alert: Alert) -> None:
    op.emit(
        AlertMarked(alert_id=alert.id, check_id=alert.check_id, mark=mark_of(alert.mark), at=op.now),
        site=alert.site, subject=alert.id, sequence=alert.change,
    )  # fmt: skip
