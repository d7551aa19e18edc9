"""What isolation does when an event arrives."""

from __future__ import annotations

from common.copies.reactions import COPY_REACTIONS
from common.events.catalogue.coordination import PersonChanged
from common.events.catalogue.notify import (
    AlertAcknowledged,
    AlertEscalated,
    AlertExhausted,
    AlertMarked,
    AlertRaised,
)
from common.events.catalogue.screening import CheckCompleted, CheckHeld, CheckRetested, CheckVoided
from common.op import Op
from common.service import Reaction, Received
from isolation.usecases.news import hear_of_alert, hear_of_check
from isolation.usecases.open_incident import open_by_check
from isolation.usecases.people import keep_person

AlertNews = AlertRaised | AlertEscalated | AlertAcknowledged | AlertExhausted | AlertMarked


def on_held(op: Op, event: Received[CheckHeld]) -> None:
    """Somebody was held: his incident opens."""
    envelope = event.envelope
    open_by_check(op, site=envelope.site, check=event.payload, event_id=envelope.id, sequence=envelope.sequence)


def on_retested(op: Op, event: Received[CheckRetested]) -> None:
    """A retest is news of the first check."""
    hear_of_check(op, check_id=event.payload.first_check_id, payload=event.payload, envelope=event.envelope)


def on_check_news(op: Op, event: Received[CheckVoided | CheckCompleted]) -> None:
    """A void or completed particulars."""
    hear_of_check(op, check_id=event.payload.check_id, payload=event.payload, envelope=event.envelope)


def on_alert_news(op: Op, event: Received[AlertNews]) -> None:
    """What became of an alert."""
    told = event.payload
    cause = told.cause_id if isinstance(told, AlertRaised) else None
    hear_of_alert(
        op, alert_id=told.alert_id, check_id=told.check_id, cause_id=cause, payload=told, envelope=event.envelope
    )


def on_person(op: Op, event: Received[PersonChanged]) -> None:
    """The directory changed."""
    envelope = event.envelope
    keep_person(op, site=envelope.site, person=event.payload, event_id=envelope.id, sequence=envelope.sequence)


REACTIONS = (
    *COPY_REACTIONS,
    Reaction(PersonChanged, on_person),
    Reaction(CheckHeld, on_held),
    Reaction(CheckRetested, on_retested),
    Reaction(CheckVoided, on_check_news),
    Reaction(CheckCompleted, on_check_news),
    Reaction(AlertRaised, on_alert_news),
    Reaction(AlertEscalated, on_alert_news),
    Reaction(AlertAcknowledged, on_alert_news),
    Reaction(AlertExhausted, on_alert_news),
    Reaction(AlertMarked, on_alert_news),
)
