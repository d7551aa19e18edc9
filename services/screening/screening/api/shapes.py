"""Shapes of requests and answers that several resources share."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, TypeVar

from flask import abort, request
from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field, StrictBool, ValidationError

from common.web.api import Answer, Input
from common.web.language import language
from common.web.problems import on_validation_error
from screening.domain.readings import reading_text
from screening.domain.reasons import DECISIONS, said
from screening.usecases.checks import CheckView
from screening.usecases.intake import Kind, NewCheck, PersonGiven
from screening.usecases.recording import Recorded

YEARS = range(2000, 2100)
In = TypeVar("In", bound=Input)


def _text_only(value: object) -> object:
    if value is not None and not isinstance(value, str):
        raise ValueError("a time is text such as 2021-03-01T08:30:00+08:00")
    return value


def _of_our_time(value: datetime) -> datetime:
    if value.year not in YEARS:
        raise ValueError("the year is not between 2000 and 2099")
    return value


Time = Annotated[AwareDatetime, BeforeValidator(_text_only), AfterValidator(_of_our_time)]
"""ISO 8601 with an offset."""


def optional_body(model: type[In]) -> In:
    """The request's body as `model`, which has a default for everything, where a request may come without one."""
    content = request.get_data(cache=True)
    try:
        return model.model_validate_json(content) if content.strip() else model()
    except ValidationError as wrong:
        abort(on_validation_error(wrong))


class PersonIn(Input):
    """Who stands at the entrance."""

    kind: Kind | None = None
    id: str | None = Field(default=None, max_length=80)
    document_type: str | None = Field(default=None, max_length=40)
    document_number: str | None = Field(default=None, max_length=60)
    name: str | None = Field(default=None, max_length=200)
    phone: str | None = Field(default=None, max_length=60)
    staff_number: str | None = Field(default=None, max_length=40)
    company: str | None = Field(default=None, max_length=200)

    def given(self) -> PersonGiven:
        """As the use cases take it."""
        return PersonGiven(**self.model_dump())


class CheckIn(Input):
    """A check to record."""

    site: str = Field(max_length=40)
    entrance: str = Field(max_length=64, description="code or id")
    person: PersonIn | None = None
    reading: Any = Field(default=None, description="text or number in ℃; empty: not measured")
    mask: StrictBool | None = None
    refused_measurement: StrictBool | None = None
    purpose: str | None = Field(default=None, max_length=400)
    symptoms: list[str] | None = Field(default=None, max_length=20)
    answers: dict[str, StrictBool] | None = Field(default=None, max_length=40)
    manual_hold: str | None = Field(default=None, max_length=400)
    thermometer: str | None = Field(default=None, max_length=80)
    measured_at: Time | None = None
    retest_of: str | None = Field(default=None, max_length=64)

    def item(self, key: str | None) -> NewCheck:
        """As the use cases take it."""
        return NewCheck(
            site=self.site,
            entrance=self.entrance,
            person=(self.person or PersonIn()).given(),
            reading=self.reading,
            mask=self.mask,
            refused_measurement=bool(self.refused_measurement),
            purpose=self.purpose,
            symptoms=tuple(self.symptoms or ()),
            answers=self.answers or {},
            manual_hold=self.manual_hold,
            thermometer=self.thermometer,
            measured_at=self.measured_at,
            retest_of=self.retest_of,
            key=key,
        )


class Decided(Answer):
    """The answer to a check, with the words of its codes in the reader's language."""

    id: str
    decision: str
    decision_words: str
    reasons: list[str]
    reason_words: list[str]
    advice: list[str]
    advice_words: list[str]
    fever: bool
    day: date
    measured_at: datetime
    person_kind: str
    person_ref: str | None


def decided(found: Recorded) -> Decided:
    """The answer to a check."""
    tongue, words = language(), DECISIONS[found.decision]
    return Decided(
        id=found.id,
        decision=found.decision,
        decision_words=words.en if tongue == "en" else words.zh,
        reasons=list(found.reasons),
        reason_words=said(found.reasons, tongue, found.rules),
        advice=list(found.advice),
        advice_words=said(found.advice, tongue, found.rules),
        fever=found.fever,
        day=found.day,
        measured_at=found.measured_at,
        person_kind=found.person_kind,
        person_ref=found.person_ref,
    )


class PersonOut(Answer):
    """The person of a check, masked."""

    kind: str
    ref: str | None
    name: str
    staff_number: str | None
    section: str
    company: str | None
    document_type: str | None
    document_number: str | None
    phone: str | None


class CheckOut(Answer):
    """A check as lists show it."""

    id: str
    site: str
    entrance_id: str
    entrance: str
    entrance_name: str
    day: date
    measured_at: datetime
    recorded_at: datetime
    person: PersonOut
    reading: str | None
    fever: bool
    mask: bool | None
    refused_measurement: bool
    purpose: str | None
    symptoms: list[str]
    manual_hold: str | None
    thermometer: str | None
    decision: str
    reasons: list[str]
    advice: list[str]
    protocol: str
    notice_version: str
    guard: str
    retest_of: str | None
    mask_given_to: str | None
    imported: bool
    late: bool
    departed_at: datetime | None
    voided_at: datetime | None
    void_reason: str | None
    completed_at: datetime | None
    sequence: int


def check_out(view: CheckView) -> CheckOut:
    """A check as lists show it."""
    row = view.check
    return CheckOut(
        id=row.id,
        site=row.site,
        entrance_id=row.entrance_id,
        entrance=view.entrance_code,
        entrance_name=view.entrance_name,
        day=row.day,
        measured_at=row.measured_at,
        recorded_at=row.recorded_at,
        person=PersonOut(
            kind=row.person_kind,
            ref=f"{row.person_kind}:{row.person_id}" if row.person_id else None,
            name=view.masked_name,
            staff_number=row.staff_number,
            section=view.section,
            company=row.company,
            document_type=view.document_type,
            document_number=view.masked_document,
            phone=view.masked_phone,
        ),
        reading=None if row.reading is None else reading_text(row.reading),
        fever=row.fever,
        mask=row.mask,
        refused_measurement=row.refused_measurement,
        purpose=row.purpose,
        symptoms=row.symptoms,
        manual_hold=row.manual_hold,
        thermometer=row.thermometer,
        decision=row.decision,
        reasons=row.reasons,
        advice=row.advice,
        protocol=row.protocol_code,
        notice_version=row.notice_version,
        guard=row.guard_ref,
        retest_of=row.first_id if row.link == "retest" else None,
        mask_given_to=row.first_id if row.link == "mask_given" else None,
        imported=row.imported,
        late=row.late,
        departed_at=row.departed_at,
        voided_at=row.voided_at,
        void_reason=row.void_reason,
        completed_at=row.completed_at,
        sequence=row.sequence,
    )
