"""The answers that several resources share."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal

from flask import request
from pydantic import Field

from common.roles import Role
from common.web.api import Answer
from isolation.domain.clocks import Clock
from isolation.domain.words import KINDS, SEVERITIES, STATES
from isolation.models import Incident
from isolation.usecases.read_incidents import Row

WORKERS = (Role.EMERGENCY,)
READERS = (Role.EMERGENCY, Role.COORDINATOR, Role.LEADER, Role.AUDITOR)
UNMASKERS = (Role.EMERGENCY, Role.COORDINATOR)

Code = Annotated[str, Field(max_length=40)]
ShortText = Annotated[str, Field(max_length=200)]
LongText = Annotated[str, Field(max_length=2000)]


class WordsAnswer(Answer):
    """Words in both languages."""

    zh: str
    en: str


class ClockAnswer(Answer):
    """A clock of an incident in seconds; `kept` is null while nothing can be said."""

    code: Literal["first_alert", "acknowledged", "authority_told", "closed"]
    state: Literal["reached", "running", "none"]
    at: datetime | None
    seconds: int | None
    limit: int | None
    kept: bool | None

    @classmethod
    def of(cls, clock: Clock) -> ClockAnswer:
        """The clock as it stands."""
        return cls.model_validate(clock)


class IncidentAnswer(Answer):
    """An incident in a list; the person masked."""

    id: str
    site: str
    number: str
    version: int
    check_id: str | None
    kind: str
    kind_words: WordsAnswer
    severity: str
    severity_words: WordsAnswer
    state: str
    state_words: WordsAnswer
    imported: bool
    silent: bool
    day: date
    found_at: datetime
    opened_at: datetime
    masked_name: str
    person_kind: str
    staff_number: str | None
    entrance_id: str | None
    place: str
    reading: Decimal | None
    reasons: list[str]
    suggestion: str | None
    confirmed_mark: str | None
    outcome: str | None
    closed_at: datetime | None
    clocks: list[ClockAnswer]
    steps_open: int
    next_due: datetime | None


def incident_fields(incident: Incident, clocks: tuple[Clock, ...]) -> dict[str, object]:
    """What a list and the incident itself both tell."""
    return {
        **{name: getattr(incident, name) for name in (
            "id", "site", "number", "version", "check_id", "kind", "severity", "state", "imported", "silent", "day",
            "found_at", "opened_at", "masked_name", "person_kind", "staff_number", "entrance_id", "reading",
            "reasons", "confirmed_mark", "outcome", "closed_at",
        )},
        "kind_words": KINDS[incident.kind]._asdict(),
        "severity_words": SEVERITIES[incident.severity]._asdict(),
        "state_words": STATES[incident.state]._asdict(),
        "place": incident.place_name,
        "suggestion": None if incident.suggestion == "none" else incident.suggestion,
        "clocks": [ClockAnswer.of(clock) for clock in clocks],
    }  # fmt: skip


def row_answer(row: Row) -> IncidentAnswer:
    """An incident of a list."""
    fields = incident_fields(row.incident, row.clocks)
    return IncidentAnswer.model_validate({**fields, "steps_open": row.steps_open, "next_due": row.next_due})


def matched_version() -> int | None:
    """The version in `If-Match`, `None` without one; an ETag that is none of ours fits no version."""
    if not request.if_match or request.if_match.star_tag:
        return None
    known = [tag for tag in request.if_match.as_set() if tag.isdigit()]
    return int(known[0]) if known else -1
