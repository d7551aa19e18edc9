"""Checks over HTTP: recording one or many, reading, correcting."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from flask import Response, jsonify, request
from pydantic import Field, ValidationError

from common.errors import SizaoError
from common.roles import Role
from common.web.access import allow
from common.web.api import Answer, IdPath, Input, ListQuery, answer, answer_page, api_blueprint
from common.web.language import language
from common.web.problems import problem_body
from common.web.request import run
from common.web.words import validation_faults
from screening.api.shapes import CheckIn, CheckOut, PersonIn, Time, check_out, decided, optional_body
from screening.domain.reasons import said
from screening.usecases.checks import get_check, list_checks, see_particulars
from screening.usecases.corrections import Changed, complete_check, give_mask, record_departure, void_check
from screening.usecases.intake import NewCheck
from screening.usecases.recording import Recorded, record_check, record_checks

api = api_blueprint("checks")
READERS = (Role.MONITOR, Role.EMERGENCY, Role.COORDINATOR, Role.AUDITOR, Role.LEADER)
MOST_IN_BATCH = 500
AGAIN = "Idempotent-Replay"


class BatchIn(Input):
    """Many checks, each with its own key; what is wrong with one is told with it."""

    checks: list[Any] = Field(max_length=MOST_IN_BATCH)


class BatchCheckIn(CheckIn):
    """A check of a batch."""

    key: str = Field(min_length=1, max_length=120)


class ChecksQuery(ListQuery):
    """Which checks."""

    day: date | None = None
    entrance: str | None = Field(default=None, max_length=64)
    decision: Literal["admit", "refuse", "hold"] | None = None
    q: str | None = Field(default=None, max_length=80)
    guard: str | None = Field(default=None, max_length=100)


class DepartureIn(Input):
    """When somebody left; empty: now."""

    departed_at: Time | None = None


class VoidIn(Input):
    """Why a check is voided."""

    reason: str = Field(max_length=400)


class CompletionIn(Input):
    """Who an unnamed person was."""

    person: PersonIn
    purpose: str | None = Field(default=None, max_length=400)


class PurposeIn(Input):
    """What particulars are looked at for."""

    purpose: str = Field(max_length=200)


class ChangedOut(Answer):
    """A check after a change."""

    id: str
    sequence: int
    at: datetime


class CheckDetail(CheckOut):
    """A check with its chain, oldest first, and its reasons in words."""

    reason_words: list[str]
    advice_words: list[str]
    chain: list[CheckOut]


@api.post("/checks")
@allow(Role.MONITOR, devices=True)
def create(body: CheckIn) -> Response:
    """Records a check. The same Idempotency-Key and content again give the first answer."""
    found: Recorded = run(record_check, item=body.item(request.headers.get("Idempotency-Key")))
    return answer(decided(found), 201, {AGAIN: "true"} if found.again else None)


@api.post("/checks/batch")
@allow(Role.MONITOR, devices=True)
def create_many(body: BatchIn) -> Response:
    """Records up to 500 checks; the good ones are kept whatever the others are."""
    results: list[dict[str, Any]] = [{} for _ in body.checks]
    items: list[NewCheck] = []
    places: list[int] = []
    for place, given in enumerate(body.checks):
        key = given.get("key") if isinstance(given, dict) else None
        results[place]["key"] = key if isinstance(key, str) else None
        try:
            shaped = BatchCheckIn.model_validate(given)
        except ValidationError as wrong:
            results[place].update(_wrong_shape(wrong))
            continue
        items.append(shaped.item(shaped.key))
        places.append(place)
    outcomes: list[Recorded | SizaoError] = run(record_checks, items=items) if items else []
    for place, outcome in zip(places, outcomes, strict=True):
        results[place].update(_outcome(outcome))
    return jsonify({"items": results})


@api.get("/checks")
@allow(*READERS)
def listing(query: ChecksQuery) -> Response:
    """Checks, the newest first, with people masked."""
    return answer_page(run(list_checks, **query.model_dump()), check_out)


@api.get("/checks/<id>")
@allow(*READERS)
def one(path: IdPath) -> Response:
    """One check with its chain."""
    page = run(get_check, check_id=path.id)
    shown, tongue = check_out(page.view), language()
    return answer(
        CheckDetail(
            **dict(shown),
            reason_words=said(shown.reasons, tongue, page.rules),
            advice_words=said(shown.advice, tongue, page.rules),
            chain=[check_out(view) for view in page.chain],
        )
    )


@api.post("/checks/<id>/departure")
@allow(Role.MONITOR, devices=True)
def departure(path: IdPath) -> Response:
    """Somebody left the building, now or at `departed_at`; the body may be left out."""
    body = optional_body(DepartureIn)
    return _changed(run(record_departure, check_id=path.id, departed_at=body.departed_at))


@api.post("/checks/<id>/void")
@allow(Role.MONITOR, Role.COORDINATOR)
def void(path: IdPath, body: VoidIn) -> Response:
    """Voids a mistyped check; it stays on record."""
    return _changed(run(void_check, check_id=path.id, reason=body.reason))


@api.post("/checks/<id>/completion")
@allow(Role.MONITOR, Role.EMERGENCY, Role.COORDINATOR)
def completion(path: IdPath, body: CompletionIn) -> Response:
    """Fills in who an unnamed person was."""
    return _changed(run(complete_check, check_id=path.id, person=body.person.given(), purpose=body.purpose))


@api.post("/checks/<id>/mask-given")
@allow(Role.MONITOR)
def mask_given(path: IdPath) -> Response:
    """Judges somebody refused for want of a mask anew, with one on."""
    found = run(give_mask, check_id=path.id)
    return answer(decided(found), 201, {AGAIN: "true"} if found.again else None)


@api.post("/checks/<id>/particulars")
@allow(Role.MONITOR, Role.EMERGENCY, Role.COORDINATOR, Role.ADMIN)
def particulars(path: IdPath, body: PurposeIn) -> Response:
    """What is behind the masks; who looked and what for is written down."""
    return jsonify(dict(run(see_particulars, check_id=path.id, purpose=body.purpose)))


def _changed(found: Changed) -> Response:
    headers = {AGAIN: "true"} if found.again else None
    return answer(ChangedOut(id=found.id, sequence=found.sequence, at=found.at), 200, headers)


def _outcome(outcome: Recorded | SizaoError) -> dict[str, Any]:
    if isinstance(outcome, SizaoError):
        problem = problem_body(outcome.status, outcome.code, outcome.words(language()), field=outcome.field)
        return {"status": outcome.status, "problem": problem}
    shown = decided(outcome).model_dump(mode="json")
    return {"status": 201, **{name: shown[name] for name in ("id", "decision", "reasons", "advice")}}


def _wrong_shape(wrong: ValidationError) -> dict[str, Any]:
    faults = validation_faults(wrong)
    first = faults[0]
    words = f"{first['field']}: {first['detail']}"
    return {"status": 422, "problem": problem_body(422, "input.invalid", words, field=first["field"], errors=faults)}
