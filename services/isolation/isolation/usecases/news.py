"""News that follows a held check: told to its incident, or kept by the check's id until the incident opens."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from common.events.catalogue.notify import (
    AlertAcknowledged,
    AlertEscalated,
    AlertExhausted,
    AlertMarked,
    AlertRaised,
)
from common.events.catalogue.screening import CheckCompleted, CheckRetested, CheckVoided
from common.events.envelope import Envelope
from common.events.payload import Payload
from common.op import Op, usecase
from isolation.models import Incident, IncidentAlert
from isolation.usecases import alert_news, check_news
from isolation.usecases.checks import claim_check, keep_early, take_early
from isolation.usecases.incident_file import load_incident

TELLERS: dict[type[Payload], Callable[[Op, Incident, Any, Envelope], None]] = {
    CheckRetested: check_news.retested,
    CheckVoided: check_news.voided,
    CheckCompleted: check_news.completed,
    AlertRaised: alert_news.raised,
    AlertEscalated: alert_news.escalated,
    AlertAcknowledged: alert_news.acknowledged,
    AlertExhausted: alert_news.exhausted,
    AlertMarked: alert_news.marked,
}


@usecase
def hear_of_check(op: Op, *, check_id: str, payload: Payload, envelope: Envelope) -> None:
    """Takes in news of a check."""
    incident_id = claim_check(op, envelope.site, check_id)
    if incident_id is None:
        keep_early(op, envelope, check_id)
    else:
        tell_incident(op, load_incident(op, incident_id), payload, envelope)


@usecase
def hear_of_alert(
    op: Op, *, alert_id: str, check_id: str | None, cause_id: str | None, payload: Payload, envelope: Envelope
) -> None:
    """Takes in news of an alert: of a check, or of an incident opened by hand; others are not isolation's.

    The cause of an alert about a step is `<incident's id>:<step>`; it comes with the alert's raising alone, so news
    that overtakes the raising is kept by the alert's id until then.
    """
    if check_id is not None:
        hear_of_check(op, check_id=check_id, payload=payload, envelope=envelope)
        return
    claim_check(op, envelope.site, alert_id)
    known = op.db.get(IncidentAlert, alert_id)
    if known is None and cause_id is None:
        keep_early(op, envelope, alert_id)
        return
    incident_id = known.incident_id if known is not None else (cause_id or "").partition(":")[0]
    if op.db.get(Incident, incident_id) is None:
        take_early(op, envelope.site, alert_id)
        return
    incident = load_incident(op, incident_id)
    tell_incident(op, incident, payload, envelope)
    for early, told in take_early(op, envelope.site, alert_id):
        tell_incident(op, incident, told, early)


def tell_incident(op: Op, incident: Incident, payload: Payload, envelope: Envelope) -> None:
    """Lets an incident learn of something."""
    TELLERS[type(payload)](op, incident, payload, envelope)
