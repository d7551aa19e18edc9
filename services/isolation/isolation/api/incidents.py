"""Incidents: the list, one with everything, the one of a check, and opening one by hand."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Annotated, Literal

from flask import Response
from pydantic import AwareDatetime, Field

from common.web.access import allow
from common.web.api import Answer, IdPath, Input, ListQuery, answer, answer_page, api_blueprint
from common.web.etag import etag_of, tagged
from common.web.idempotency import answer_stored, body_digest, request_key
from common.web.request import run
from isolation.api.incident_answer import IncidentWhole, whole_answer
from isolation.api.shapes import READERS, WORKERS, IncidentAnswer, row_answer
from isolation.usecases.open_incident import open_by_hand
from isolation.usecases.read_incident import read_incident
from isolation.usecases.read_incidents import incident_of_check, list_incidents

incidents = api_blueprint("incidents")


class IncidentQuery(ListQuery):
    """Which incidents: of a site, in a state, found on a local day."""

    state: Literal["open", "closed"] | None = None
    day: date | None = None


class IncidentList(Answer):
    """A page of incidents, newest first."""

    items: list[IncidentAnswer]
    next: str | None


class CheckPath(Input):
    """A path with a check's id."""

    check_id: Annotated[str, Field(max_length=64)]


class NewIncident(Input):
    """An incident that no check reported."""

    site: Annotated[str, Field(max_length=40)]
    kind: Literal["fever", "symptom", "manual_hold"] = "manual_hold"
    place: Annotated[str, Field(max_length=120)]
    name: Annotated[str, Field(max_length=60)] = ""
    phone: Annotated[str, Field(max_length=40)] = ""
    found_at: AwareDatetime | None = None
    note: Annotated[str, Field(max_length=500)]


class OpenedAnswer(Answer):
    """The incident that was opened."""

    id: str
    number: str
    version: int


@incidents.get("/incidents", responses={200: IncidentList})
@allow(*READERS)
def list_all(query: IncidentQuery) -> Response:
    """Incidents of the caller's sites, newest first; a clock that runs on leaves the ETag as it is."""
    page = run(list_incidents, site=query.site, state=query.state, day=query.day, after=query.after, limit=query.limit)
    seen = ",".join(f"{row.incident.id}:{row.incident.version}" for row in page.items)
    return tagged(answer_page(page, row_answer), hashlib.sha256(seen.encode()).hexdigest()[:32])


@incidents.get("/incidents/<string:id>", responses={200: IncidentWhole})
@allow(*READERS)
def read_one(path: IdPath) -> Response:
    """An incident with steps, clocks and timeline; its ETag is its version, so that a page can ask cheaply."""
    view = run(read_incident, incident_id=path.id)
    return tagged(answer(whole_answer(view)), view.incident.version)


@incidents.get("/incidents/by-check/<string:check_id>", responses={200: IncidentWhole})
@allow(*READERS)
def read_by_check(path: CheckPath) -> Response:
    """The incident that a check opened, or joined as a retest."""
    view = run(read_incident, incident_id=run(incident_of_check, check_id=path.check_id))
    return tagged(answer(whole_answer(view)), view.incident.version)


@incidents.post("/incidents", responses={201: OpenedAnswer})
@allow(*WORKERS)
def create(body: NewIncident) -> Response:
    """Opens an incident by hand; with an Idempotency-Key a request that is sent again opens no second one."""
    stored = run(open_by_hand, key=request_key(), digest=body_digest(body), **body.model_dump())
    made = answer_stored(stored)
    made.headers["ETag"] = etag_of(stored.body["version"])
    return made
