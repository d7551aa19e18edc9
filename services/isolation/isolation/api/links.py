"""Incidents that belong together: suggested by the system, linked and unlinked by hand."""

from __future__ import annotations

from typing import Annotated

from flask import Response
from pydantic import Field

from common.web.access import allow
from common.web.api import Answer, IdPath, Input, answer, api_blueprint
from common.web.request import run
from isolation.api.incident_answer import OtherAnswer, other_answer, suggested_answer
from isolation.api.shapes import READERS, WORKERS, ShortText
from isolation.usecases.link_incidents import link_incidents, unlink_incidents
from isolation.usecases.read_incident import read_incident

links = api_blueprint("links")


class LinkPath(IdPath):
    """A path with two incidents' ids."""

    other: Annotated[str, Field(max_length=64)]


class LinkInput(Input):
    """The other incident, and why they belong together."""

    incident_id: Annotated[str, Field(max_length=64)]
    reason: ShortText = ""


class LinkList(Answer):
    """The incidents that are linked, and those that may belong to it."""

    items: list[OtherAnswer]
    suggested: list[OtherAnswer]


@links.get("/incidents/<string:id>/links", responses={200: LinkList})
@allow(*READERS)
def read_links(path: IdPath) -> Response:
    """Linked incidents and suggestions."""
    return answer(_links(path.id))


@links.post("/incidents/<string:id>/links", responses={200: LinkList, 201: LinkList})
@allow(*WORKERS)
def link(path: IdPath, body: LinkInput) -> Response:
    """Links two incidents; 200 if they were."""
    new = run(link_incidents, incident_id=path.id, other_id=body.incident_id, reason=body.reason)
    return answer(_links(path.id), 201 if new else 200)


@links.delete("/incidents/<string:id>/links/<string:other>", responses={200: LinkList})
@allow(*WORKERS)
def unlink(path: LinkPath) -> Response:
    """Takes a link back; both timelines keep that it was there."""
    run(unlink_incidents, incident_id=path.id, other_id=path.other)
    return answer(_links(path.id))


def _links(incident_id: str) -> LinkList:
    view = run(read_incident, incident_id=incident_id)
    return LinkList(
        items=[other_answer(one) for one in view.linked], suggested=[suggested_answer(one) for one in view.suggested]
    )
