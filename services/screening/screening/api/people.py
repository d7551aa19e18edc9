"""Finding people, and who is inside, over HTTP."""

from __future__ import annotations

from datetime import datetime

from flask import Response
from pydantic import Field

from common.data.paging import Page
from common.roles import Role
from common.web.access import allow
from common.web.api import Answer, Input, answer_page, api_blueprint
from common.web.request import run
from screening.usecases.inside import list_inside
from screening.usecases.people import find_people

api = api_blueprint("people")


class PeopleQuery(Input):
    """Whom to find: a number, badge, name, initials, phone, or the last four."""

    site: str = Field(max_length=40)
    q: str = Field(max_length=80)


class SiteQuery(Input):
    """Which site."""

    site: str = Field(max_length=40)


class SuggestionOut(Answer):
    """Somebody the guard may mean, masked."""

    id: str
    ref: str
    kind: str
    masked_name: str
    staff_number: str | None
    section: str
    company: str | None
    masked_document: str | None
    masked_phone: str | None
    last_seen_at: datetime | None
    exact: bool


class InsideOut(Answer):
    """Somebody in the building."""

    check_id: str
    name: str
    kind: str
    staff_number: str | None
    section: str
    company: str | None
    entrance_name: str
    since: datetime
    held: bool


@api.get("/people")
@allow(Role.MONITOR, Role.EMERGENCY, Role.COORDINATOR)
def find(query: PeopleQuery) -> Response:
    """People whom a guard may mean; chosen by id."""
    return answer_page(Page(run(find_people, site=query.site, q=query.q), None), SuggestionOut.model_validate)


@api.get("/inside")
@allow(Role.MONITOR, Role.EMERGENCY, Role.COORDINATOR)
def inside(query: SiteQuery) -> Response:
    """Who is inside now."""
    return answer_page(Page(run(list_inside, site=query.site), None), InsideOut.model_validate)
