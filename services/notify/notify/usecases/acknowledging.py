"""Somebody takes an alert, or confirms its mark."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from common.civil.name import mask_name
from common.errors import Conflict, Forbidden
from common.events.catalogue.notify import AlertAcknowledged
from common.op import Op, usecase
from notify.domain.groups import may_answer
from notify.domain.states import Mark, mark_of
from notify.metrics import observe_acknowledged
from notify.models import Alert, Message
from notify.usecases.alerts import AlertView, find_alert, person_of
from notify.usecases.calling import stop_calling
from notify.usecases.changes import add_history, take_turn


@dataclass(frozen=True)
class Acknowledged:
    """The alert as it stands, and whether this call was the one that took it."""

    view: AlertView
    first: bool


@usecase
def acknowledge(op: Op, *, alert_id: str, mark: Mark | None = None, site: str | None = None) -> Acknowledged:
    """Takes an alert: whatever is queued is stopped, nobody else is called. A second time changes nothing and tells who
    was first.

    `mark` confirms the mark that the caller saw; `None` whichever stands; `none` takes the alert and leaves the mark to
    be confirmed. Raises NotFound, Forbidden for people of other groups, Conflict when the mark is another by now.
    """
    alert = find_alert(op, alert_id, site)
    change = take_turn(op, alert.site)
    op.db.refresh(alert)
    _permit(op, alert)
    if mark not in (None, "none", alert.mark):
        raise Conflict(
            "alert.mark",
            "The mark of this alert has changed: look at it again.",
            "该告警的标记已变化：请刷新后再确认。",
            field="mark",
        )
    first = alert.state in ("open", "exhausted")
    confirms = (
        alert.mark != "none" and alert.mark_confirmed_at is None and (mark == alert.mark or (first and mark is None))
    )
    if not first and not confirms:
        return Acknowledged(AlertView(alert, rings=False), first=False)
    alert.change = change
    if first:
        alert.state, alert.acknowledged_at, alert.acknowledged_by = "acknowledged", op.now, op.caller.id
        alert.acknowledged_name = op.caller.name
        stop_calling(op, alert)
        observe_acknowledged(op, alert)
    if confirms:
        alert.mark_confirmed_at = op.now
    told = mark_of(alert.mark) if confirms else "none"
    add_history(op, alert, "acknowledged" if first else "mark_confirmed", by_name=op.caller.name, mark=told)
    op.emit(
        AlertAcknowledged(
            alert_id=alert.id, check_id=alert.check_id, by_ref=op.caller.id, by_name=mask_name(op.caller.name or "-"),
            at=op.now, mark=told,
        ),
        site=alert.site, subject=alert.id, sequence=change,
    )  # fmt: skip
    op.audit("alert.acknowledged", site=alert.site, subject=alert.id, particulars={"mark": told, "first": first})
    return Acknowledged(AlertView(alert, rings=False), first=first)


def _permit(op: Op, alert: Alert) -> None:
    roles = op.caller.grants.get(alert.site, frozenset())
    if may_answer(roles, group=alert.group, reaches_nobody=alert.reaches_nobody):
        return
    called = op.db.scalars(
        select(Message.id).where(
            Message.site == alert.site, Message.alert_id == alert.id, Message.recipient == person_of(op.caller.id)
        )
    ).first()
    if called is None:
        raise Forbidden(
            "alert.not_yours",
            "This alert is another group's: you may see it, its people answer it.",
            "该告警由其他工作组负责：您可以查看，由该组人员处理。",
        )
