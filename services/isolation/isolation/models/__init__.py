"""Isolation's tables."""

from __future__ import annotations

from isolation.models.base import Base
from isolation.models.checks import EarlyEvent, IncidentAlert, IncidentCheck
from isolation.models.history import Destruction, IncidentLink, TimelineEntry
from isolation.models.incidents import Incident, IncidentCounter
from isolation.models.people import PersonCopy
from isolation.models.steps import IncidentStep, StepRecord

__all__ = [
    "Base",
    "Destruction",
    "EarlyEvent",
    "Incident",
    "IncidentAlert",
    "IncidentCheck",
    "IncidentCounter",
    "IncidentLink",
    "IncidentStep",
    "PersonCopy",
    "StepRecord",
    "TimelineEntry",
]
