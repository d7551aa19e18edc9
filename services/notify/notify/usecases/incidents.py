"""What isolation's events do to alerts: linked, overdue, over."""

from __future__ import annotations

from sqlalchemy import or_, select

from common.events.catalogue.isolation import IncidentClosed, IncidentOpened, StepOverdue, StepRecorded
from common.op import Op
from notify.domain.texts import step_title
from notify.models import Alert
from notify.usecases.calling import stop_calling
from notify.usecases.changes import add_history, take_turn
from notify.usecases.notes import recall, remember
from notify.usecases.raising import Cause, alert_rules, find_by_cause, raise_alert


def link_incident(op: Op, site: str, told: IncidentOpened) -> None:
    """Ties the alert of a check to the incident that it opened."""
    if told.check_id is None:
        return
    change = take_turn(op, site)
    remember(op, site, told.check_id, "incident", incident_id=told.incident_id)
    for alert in op.db.scalars(select(Alert).where(Alert.site == site, Alert.check_id == told.check_id)):
        if alert.incident_id is None:
            alert.incident_id, alert.change = told.incident_id, change
            add_history(op, alert, "linked", incident_id=told.incident_id)


def raise_for_step(op: Op, site: str, told: StepOverdue) -> None:
    """Raises an alert for a step whose deadline passed, unless the step or its incident is known to be done."""
    change = take_turn(op, site)
    done = recall(op, site, told.incident_id, f"step:{told.step}") is not None
    over = recall(op, site, told.incident_id, "closed") is not None
    cause = Cause(
        event_type=StepOverdue.event_type, id=_step_cause(told.incident_id, told.step), kind="step_overdue",
        title=step_title(told.number, told.step_name), found_at=told.due_at, check_id=told.check_id,
        incident_id=told.incident_id, over=done or over,
    )  # fmt: skip
    raise_alert(op, site, cause, alert_rules(op, site), change)


def close_for_step(op: Op, site: str, told: StepRecorded) -> None:
    """Closes the alert about a step once the step is recorded."""
    change = take_turn(op, site)
    remember(op, site, told.incident_id, f"step:{told.step}")
    alert = find_by_cause(op, site, StepOverdue.event_type, _step_cause(told.incident_id, told.step))
    if alert is not None:
        close_alert(op, alert, change, why="step_recorded")


def close_for_incident(op: Op, site: str, told: IncidentClosed) -> None:
    """Closes every alert of an incident that is over."""
    change = take_turn(op, site)
    remember(op, site, told.incident_id, "closed")
    mine = Alert.incident_id == told.incident_id
    if told.check_id is not None:
        remember(op, site, told.check_id, "incident", incident_id=told.incident_id)
        mine = or_(mine, Alert.check_id == told.check_id)
    for alert in op.db.scalars(select(Alert).where(Alert.site == site, mine)):
        alert.incident_id = alert.incident_id or told.incident_id
        close_alert(op, alert, change, why="incident_closed")


def close_alert(op: Op, alert: Alert, change: int, *, why: str) -> None:
    """Ends an alert whose cause is over; whatever is queued is stopped."""
    if alert.state == "closed":
        return
    alert.state, alert.closed_at, alert.change = "closed", op.now, change
    stop_calling(op, alert)
    add_history(op, alert, "closed", why=why)


def _step_cause(incident_id: str, step: str) -> str:
    return f"{incident_id}:{step}"
