"""What notify tells of alerts about an incident: its clocks, and what its timeline shows."""

from __future__ import annotations

from sqlalchemy import select

from common.events.catalogue.notify import (
    AlertAcknowledged,
    AlertEscalated,
    AlertExhausted,
    AlertMarked,
    AlertRaised,
)
from common.events.catalogue.screening import CheckHeld
from common.events.envelope import Envelope
from common.op import Op
from isolation.domain.words import MARKS, RUNGS, words_of
from isolation.models import Incident, IncidentAlert
from isolation.models.base import NAME_LENGTH
from isolation.usecases.confirmation import confirm_mark
from isolation.usecases.incident_file import write_down
from isolation.usecases.measure import observe_clock

NOTIFY = ("system:notify", None)


def raised(op: Op, incident: Incident, told: AlertRaised, _envelope: Envelope) -> None:
    """An alert went out: the first message about the check itself stops the first clock."""
    alert = _alert(op, incident, told.alert_id)
    alert.cause_type, alert.silent = told.cause_type, told.silent
    alert.raised_at, alert.first_sent_at = told.raised_at, told.first_sent_at
    if told.cause_type != CheckHeld.event_type:
        write_down(op, incident, "alert.raised_about_step", at=told.raised_at, actor=NOTIFY)
        return
    write_down(op, incident, "alert.silent" if told.silent else "alert.raised", at=told.raised_at, actor=NOTIFY)
    if told.first_sent_at is not None:
        write_down(op, incident, "alert.first_sent", at=told.first_sent_at, actor=NOTIFY)
    _read_clocks(op, incident)


def escalated(op: Op, incident: Incident, told: AlertEscalated, _envelope: Envelope) -> None:
    """Nobody answered in time."""
    to = words_of(RUNGS, told.to)
    write_down(
        op, incident, "alert.escalated", at=told.at, actor=NOTIFY,
        params={"to_zh": to.zh, "to_en": to.en, "rung": told.rung, "reached": told.reached},
    )  # fmt: skip


def acknowledged(op: Op, incident: Incident, told: AlertAcknowledged, _envelope: Envelope) -> None:
    """Somebody took the alert; with a mark, the emergency group confirmed what the checks suggest."""
    alert = _alert(op, incident, told.alert_id)
    if alert.acknowledged_at is None or told.at < alert.acknowledged_at:
        alert.acknowledged_at, alert.acknowledged_ref = told.at, told.by_ref
        alert.acknowledged_by = told.by_name[:NAME_LENGTH]
    write_down(op, incident, "alert.acknowledged", at=told.at, actor=(told.by_ref, told.by_name))
    _read_clocks(op, incident)
    if told.mark != "none":
        confirm_mark(op, incident, mark=told.mark, at=told.at, by_ref=told.by_ref, by_name=told.by_name)


def exhausted(op: Op, incident: Incident, told: AlertExhausted, _envelope: Envelope) -> None:
    """The ladder ended without an answer, which the incident shows until somebody answers."""
    _alert(op, incident, told.alert_id).exhausted_at = told.at
    write_down(op, incident, "alert.exhausted", at=told.at, actor=NOTIFY)
    _read_clocks(op, incident)


def marked(op: Op, incident: Incident, told: AlertMarked, _envelope: Envelope) -> None:
    """A retest or void marked the alert; the suggestion itself comes from the check's own news."""
    mark = words_of(MARKS, told.mark)
    write_down(op, incident, "alert.marked", at=told.at, params={"mark_zh": mark.zh, "mark_en": mark.en}, actor=NOTIFY)


def _alert(op: Op, incident: Incident, alert_id: str) -> IncidentAlert:
    alert = op.db.get(IncidentAlert, alert_id)
    if alert is None:
        alert = IncidentAlert(id=alert_id, site=incident.site, incident_id=incident.id, silent=False)
        op.db.add(alert)
    return alert


def _read_clocks(op: Op, incident: Incident) -> None:
    """Clocks follow the alerts about the held check alone, whatever order their news came in."""
    op.db.flush()
    alerts = op.db.scalars(
        select(IncidentAlert).where(
            IncidentAlert.incident_id == incident.id, IncidentAlert.cause_type == CheckHeld.event_type
        )
    ).all()
    sent = [one.first_sent_at for one in alerts if one.first_sent_at is not None]
    taken = [one for one in alerts if one.acknowledged_at is not None]
    ended = [one.exhausted_at for one in alerts if one.exhausted_at is not None]
    before = (incident.first_alert_at, incident.acknowledged_at)
    incident.first_alert_at = min(sent, default=None)
    first = min(taken, key=lambda one: (one.acknowledged_at, one.id), default=None)
    incident.acknowledged_at = first.acknowledged_at if first else None
    incident.acknowledged_by = first.acknowledged_by if first else None
    incident.unanswered_at = min(ended, default=None) if first is None else None
    if before[0] is None:
        observe_clock(op, incident, "first_alert")
    if before[1] is None:
        observe_clock(op, incident, "acknowledged")
