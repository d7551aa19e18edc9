"""Events of isolation: incidents and their steps."""

from __future__ import annotations

from typing import Literal

from pydantic import AwareDatetime

from common.events.payload import Payload


class IncidentOpened(Payload, type="sizao.isolation.incident.opened.v1", consumers=("notify",)):
    """An incident opened, by itself from a held check or by hand."""

    incident_id: str
    number: str
    check_id: str | None
    kind: Literal["fever", "symptom", "manual_hold"]
    severity: Literal["ordinary", "severe"]
    found_at: AwareDatetime
    opened_at: AwareDatetime
    masked_name: str
    imported: bool = False


class StepRecorded(Payload, type="sizao.isolation.step.recorded.v1", consumers=("notify",)):
    """A step of an incident was done or deliberately left out."""

    incident_id: str
    check_id: str | None
    step: str
    state: Literal["done", "not_needed"]
    outcome: str
    done_at: AwareDatetime
    by_ref: str
    late: bool


class StepOverdue(Payload, type="sizao.isolation.step.overdue.v1", consumers=("notify",), urgent=True):
    """A step's deadline passed without its record."""

    incident_id: str
    number: str
    check_id: str | None
    step: str
    step_name: str
    due_at: AwareDatetime


class IncidentClosed(Payload, type="sizao.isolation.incident.closed.v1", consumers=("notify",)):
    """An incident was closed with its outcome."""

    incident_id: str
    check_id: str | None
    outcome: str
    closed_at: AwareDatetime
    by_ref: str


EVENTS: tuple[type[Payload], ...] = (IncidentOpened, StepRecorded, StepOverdue, IncidentClosed)
