"""Notes, closing and reopening."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from flask import Response
from pydantic import Field

from common.web.access import allow
from common.web.api import Answer, IdPath, Input, answer, api_blueprint
from common.web.etag import etag_of
from common.web.request import run
from isolation.api.shapes import WORKERS, LongText, ShortText, matched_version
from isolation.models import Incident
from isolation.usecases.close_incident import close_incident, reopen_incident
from isolation.usecases.notes import add_note

acts = api_blueprint("acts")


class NoteInput(Input):
    """A note."""

    text: Annotated[str, Field(min_length=1, max_length=2000)]


class ClosureInput(Input):
    """How it ended; `reason`: why it is closed although obligatory steps are open."""

    outcome: Literal["hospital", "released_after_retest", "entry_error", "left", "merged", "other"]
    note: LongText = ""
    reason: ShortText = ""


class ReopeningInput(Input):
    """Why it is opened again."""

    reason: Annotated[str, Field(min_length=1, max_length=200)]


class StateAnswer(Answer):
    """The incident's state after an act."""

    id: str
    number: str
    version: int
    state: str
    outcome: str | None
    closed_at: datetime | None


@acts.post("/incidents/<string:id>/notes", responses={201: StateAnswer})
@allow(*WORKERS)
def write_note(path: IdPath, body: NoteInput) -> Response:
    """Adds a note to the timeline."""
    return _state(run(add_note, incident_id=path.id, text=body.text), 201)


@acts.post("/incidents/<string:id>/closure", responses={200: StateAnswer})
@allow(*WORKERS)
def close(path: IdPath, body: ClosureInput) -> Response:
    """Closes the incident; refused while obligatory steps are open unless a reason is stated."""
    return _state(run(close_incident, incident_id=path.id, version=matched_version(), **body.model_dump()))


@acts.post("/incidents/<string:id>/reopening", responses={200: StateAnswer})
@allow(*WORKERS)
def reopen(path: IdPath, body: ReopeningInput) -> Response:
    """Opens a closed incident again."""
    return _state(run(reopen_incident, incident_id=path.id, reason=body.reason, version=matched_version()))


def _state(incident: Incident, status: int = 200) -> Response:
    return answer(StateAnswer.model_validate(incident), status, {"ETag": etag_of(incident.version)})
