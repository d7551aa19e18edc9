"""Recording a step of an incident."""

from __future__ import annotations

from typing import Annotated, Literal

from flask import Response
from pydantic import AwareDatetime, Field

from common.web.access import allow
from common.web.api import IdPath, Input, answer, api_blueprint
from common.web.etag import etag_of
from common.web.request import run
from isolation.api.incident_answer import StepAnswer, step_answer
from isolation.api.shapes import WORKERS, LongText, ShortText, matched_version
from isolation.usecases.record_step import record_step

steps = api_blueprint("steps")


class StepPath(IdPath):
    """A path with an incident's id and a step's code."""

    step: Annotated[str, Field(max_length=64)]


class StepInput(Input):
    """What was done. `receipt`: number or name of whoever was told at the authority."""

    state: Literal["done", "not_needed"] = "done"
    outcome: ShortText = ""
    note: LongText = ""
    receipt: ShortText = ""
    done_at: AwareDatetime | None = None
    amend: bool = False
    reason: ShortText = ""


@steps.post("/incidents/<string:id>/steps/<string:step>", responses={200: StepAnswer, 201: StepAnswer})
@allow(*WORKERS)
def record(path: StepPath, body: StepInput) -> Response:
    """201 for a new record or a correction, 200 where the same is on record, 409 where something else is."""
    done = run(record_step, incident_id=path.id, step=path.step, version=matched_version(), **body.model_dump())
    status = 200 if done.judgement == "same" else 201
    return answer(step_answer(done.step, done.record), status, {"ETag": etag_of(done.incident.version)})
