"""Which group owns which kind of event, until a site says otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from common.events.catalogue.coordination import FilingOverdue
from common.events.catalogue.isolation import StepOverdue
from common.events.catalogue.screening import CheckHeld

Severity = Literal["ordinary", "severe"]


@dataclass(frozen=True)
class RouteRule:
    """Where an event type goes: its group, how serious it is, and whether an unanswered alert climbs."""

    event_type: str
    group: str
    severity: Severity
    ladder: bool


DEFAULT_ROUTES: dict[str, RouteRule] = {
    rule.event_type: rule
    for rule in (
        RouteRule(CheckHeld.event_type, "emergency", "ordinary", True),
        RouteRule(StepOverdue.event_type, "emergency", "severe", True),
        RouteRule(FilingOverdue.event_type, "coordination", "ordinary", True),
    )
}
"""Plan G3, G4 and O1: held people and their steps are the emergency group's, filing is the coordination group's."""

EVENT_WORDS: dict[str, tuple[str, str]] = {
    CheckHeld.event_type: ("入口暂留（发热、症状）", "somebody held at an entrance"),
    StepOverdue.event_type: ("处置步骤超时", "an incident's step is overdue"),
    FilingOverdue.event_type: ("登记表未按时上报", "a register was not filed in time"),
}
"""Chinese and English words of each event type that alerts."""
