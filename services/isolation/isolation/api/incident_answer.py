"""The answer that tells everything of one incident."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from pydantic import Field

from common.web.api import Answer
from isolation.api.shapes import IncidentAnswer, WordsAnswer, incident_fields
from isolation.domain.timeline import say
from isolation.domain.words import PHONES, words_of
from isolation.models import Incident, IncidentStep, StepRecord
from isolation.usecases.read_incident import EntryView, IncidentView, StepView
from isolation.usecases.read_incidents import Suggested


class RecordAnswer(Answer):
    """What somebody recorded about a step."""

    state: str
    outcome: str
    note: str
    receipt: str
    done_at: datetime
    recorded_at: datetime
    by_ref: str
    by_name: str
    late: bool
    preset: bool
    reason: str | None


class PhoneAnswer(Answer):
    """A telephone number that a step needs; null where the site has not set it."""

    key: str
    words: WordsAnswer
    number: str | None


class StepAnswer(Answer):
    """A step of an incident."""

    code: str
    words: WordsAnswer
    obligatory: bool
    within_minutes: int
    due_at: datetime
    state: str
    late: bool
    overdue: bool = False
    outcomes: list[WordsAnswer]
    phones: list[PhoneAnswer] = Field(default_factory=list)
    record: RecordAnswer | None
    earlier: list[RecordAnswer] = Field(default_factory=list)


class EntryAnswer(Answer):
    """One thing that happened, in words of both languages; `text` is what a person wrote."""

    at: datetime
    recorded_at: datetime
    code: str
    params: dict[str, str | int]
    words: WordsAnswer
    text: str | None
    actor_ref: str
    actor_name: str


class CheckAnswer(Answer):
    """A check of the incident."""

    check_id: str
    role: str
    measured_at: datetime | None
    reading: Decimal | None
    normal: bool | None
    thermometer: str | None
    voided_at: datetime | None


class AlertAnswer(Answer):
    """An alert about the incident."""

    id: str
    cause_type: str | None
    silent: bool
    raised_at: datetime | None
    first_sent_at: datetime | None
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    exhausted_at: datetime | None


class OtherAnswer(Answer):
    """Another incident: linked, or suggested because of `why`."""

    id: str
    number: str
    state: str
    masked_name: str
    found_at: datetime
    why: str | None = None


class PersonAnswer(Answer):
    """The person, masked."""

    kind: str
    ref: str | None
    masked_name: str
    masked_phone: str | None
    document_type: str | None
    masked_document: str | None
    staff_number: str | None
    section: str | None


class IncidentWhole(IncidentAnswer):
    """An incident with steps, clocks and timeline."""

    person: PersonAnswer
    reason_words: list[WordsAnswer]
    protocol_code: str
    counted_from: datetime
    acknowledged_by: str | None
    unanswered_at: datetime | None
    next_step: str | None
    steps: list[StepAnswer]
    timeline: list[EntryAnswer]
    checks: list[CheckAnswer]
    alerts: list[AlertAnswer]
    linked: list[OtherAnswer]
    suggested: list[OtherAnswer]


def whole_answer(view: IncidentView) -> IncidentWhole:
    """Everything of one incident."""
    incident, owed = view.incident, view.owed
    return IncidentWhole.model_validate(
        {
            **incident_fields(incident, view.clocks),
            "steps_open": len(owed),
            "next_due": min((one.step.due_at for one in owed), default=None),
            "person": _person(view),
            "reason_words": [{"zh": zh, "en": en} for zh, en in incident.reason_words],
            "protocol_code": incident.protocol_code,
            "counted_from": incident.counted_from,
            "acknowledged_by": incident.acknowledged_by,
            "unanswered_at": incident.unanswered_at,
            "next_step": view.next_step.step.code if view.next_step else None,
            "steps": [_step_of_view(one) for one in view.steps],
            "timeline": [entry_answer(one) for one in view.timeline],
            "checks": [CheckAnswer.model_validate(one) for one in view.checks],
            "alerts": [AlertAnswer.model_validate(one) for one in view.alerts],
            "linked": [other_answer(one) for one in view.linked],
            "suggested": [suggested_answer(one) for one in view.suggested],
        }
    )


def step_answer(step: IncidentStep, record: StepRecord | None) -> StepAnswer:
    """A step with its record."""
    return StepAnswer(
        code=step.code, words=WordsAnswer(zh=step.name_zh, en=step.name_en), obligatory=step.obligatory,
        within_minutes=step.within_minutes, due_at=step.due_at, state=step.state, late=step.late,
        outcomes=[WordsAnswer(zh=zh, en=en) for zh, en in step.outcomes],
        record=None if record is None else RecordAnswer.model_validate(record),
    )  # fmt: skip


def entry_answer(view: EntryView) -> EntryAnswer:
    """An entry of the timeline."""
    entry = view.entry
    return EntryAnswer(
        at=entry.at, recorded_at=entry.recorded_at, code=entry.code, params=entry.params, text=entry.text,
        words=WordsAnswer(zh=say(entry.code, entry.params, "zh"), en=say(entry.code, entry.params, "en")),
        actor_ref=entry.actor_ref, actor_name=view.actor,
    )  # fmt: skip


def other_answer(incident: Incident, why: str | None = None) -> OtherAnswer:
    """Another incident in short."""
    return OtherAnswer(
        id=incident.id, number=incident.number, state=incident.state, masked_name=incident.masked_name,
        found_at=incident.found_at, why=why,
    )  # fmt: skip


def suggested_answer(suggested: Suggested) -> OtherAnswer:
    """Another incident that may belong to this one."""
    return other_answer(suggested.incident, suggested.why)


def _step_of_view(view: StepView) -> StepAnswer:
    made = step_answer(view.step, view.record)
    made.overdue = view.overdue
    made.earlier = [RecordAnswer.model_validate(one) for one in view.earlier]
    made.phones = [
        PhoneAnswer(key=key, words=WordsAnswer(**words_of(PHONES, key)._asdict()), number=number)
        for key, number in view.phones
    ]
    return made


def _person(view: IncidentView) -> PersonAnswer:
    incident = view.incident
    return PersonAnswer(
        kind=incident.person_kind, ref=incident.person_ref, masked_name=incident.masked_name,
        masked_phone=view.masked_phone, document_type=incident.document_type, masked_document=view.masked_document,
        staff_number=incident.staff_number, section=view.section,
    )  # fmt: skip
