"""Events of notify: alerts and what became of them."""

from __future__ import annotations

from typing import Literal

from pydantic import AwareDatetime

from common.events.payload import Payload


class AlertRaised(Payload, type="sizao.notify.alert.raised.v1", consumers=("isolation",)):
    """An alert was raised and its first messages were handed to people who can be reached."""

    alert_id: str
    cause_type: str
    cause_id: str
    check_id: str | None
    group: str
    raised_at: AwareDatetime
    first_sent_at: AwareDatetime | None
    silent: bool = False
    """Stored without sirens: the reading was older than the protocol still alarms for."""


class AlertAcknowledged(Payload, type="sizao.notify.alert.acknowledged.v1", consumers=("isolation",), urgent=True):
    """Somebody took the alert; everything still queued was stopped."""

    alert_id: str
    check_id: str | None
    by_ref: str
    by_name: str
    at: AwareDatetime
    mark: Literal["none", "retest_normal", "entry_error"] = "none"


class AlertEscalated(Payload, type="sizao.notify.alert.escalated.v1", consumers=("isolation",)):
    """Nobody answered in time and the alert climbed a rung."""

    alert_id: str
    check_id: str | None
    rung: int
    to: str
    at: AwareDatetime
    reached: int


class AlertExhausted(Payload, type="sizao.notify.alert.exhausted.v1", consumers=("isolation",), urgent=True):
    """The ladder ended and nobody answered."""

    alert_id: str
    check_id: str | None
    at: AwareDatetime


class AlertMarked(Payload, type="sizao.notify.alert.marked.v1", consumers=("isolation",)):
    """A normal retest or a void marked the alert; it climbs on until the emergency group confirms. `none`: the mark was
    taken back, because the retest was voided or a later one was a fever again."""

    alert_id: str
    check_id: str | None
    mark: Literal["none", "retest_normal", "entry_error"]
    at: AwareDatetime


EVENTS: tuple[type[Payload], ...] = (AlertRaised, AlertAcknowledged, AlertEscalated, AlertExhausted, AlertMarked)
