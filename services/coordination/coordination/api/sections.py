"""Sections and the organisation chart."""

from __future__ import annotations

from datetime import date

from flask import Response, jsonify
from pydantic import Field

from common.roles import Role
from common.web.access import allow
from common.web.api import Answer, IdPath, Input, api_blueprint
from common.web.request import run
from coordination.api.groups import SiteQuery
from coordination.api.shapes import expected_version, versioned, whole_list
from coordination.domain.readers import PEOPLE_READERS
from coordination.models import Section
from coordination.usecases.chart import add_section, change_section, chart_on, list_sections

api = api_blueprint("sections")


class ChartQuery(SiteQuery):
    """Which site on which day."""

    day: date


class NewSection(Input):
    """A section to add."""

    site: str = Field(max_length=40)
    name: str = Field(max_length=60)


class SectionChange(Input):
    """What may change of a section; a word that is left out stays, `null` leaves the place empty."""

    name: str | None = Field(default=None, max_length=60)
    head_id: str | None = Field(default=None, max_length=36)
    deputy_id: str | None = Field(default=None, max_length=36)
    first_day: date | None = None


class SectionOut(Answer):
    """A section; `deputy_id` is the leader in charge."""

    id: str
    site: str
    name: str
    leadership: bool
    head_id: str | None
    deputy_id: str | None
    vacant_post: str
    version: int


class ChartOut(Answer):
    """Who held a place in which days."""

    kind: str
    subject_id: str
    holder_id: str
    first_day: date
    last_day: date | None


def section_out(section: Section) -> SectionOut:
    """The answer for a section."""
    return SectionOut(
        id=section.id, site=section.site, name=section.name, leadership=section.leadership, head_id=section.head_id,
        deputy_id=section.deputy_id, vacant_post=section.vacant_post, version=section.sequence,
    )  # fmt: skip


@api.get("/sections")
@allow(*PEOPLE_READERS)
def listing(query: SiteQuery) -> Response:
    """The sections of a site."""
    return jsonify(whole_list([section_out(one) for one in run(list_sections, site=query.site)]))


@api.post("/sections")
@allow(Role.ADMIN)
def add(body: NewSection) -> Response:
    """Adds a section."""
    section = run(add_section, site=body.site, name=body.name)
    return versioned(section_out(section), section.sequence, 201)


@api.patch("/sections/<id>")
@allow(Role.ADMIN)
def change(path: IdPath, body: SectionChange) -> Response:
    """Changes a section's name, head or leader in charge."""
    fields = body.model_dump(exclude={"first_day"}, exclude_unset=True)
    section = run(
        change_section, section_id=path.id, expected=expected_version(), fields=fields, first_day=body.first_day
    )
    return versioned(section_out(section), section.sequence)


@api.get("/chart")
@allow(*PEOPLE_READERS)
def chart(query: ChartQuery) -> Response:
    """Who held which place of the chart on a day."""
    return jsonify(whole_list([ChartOut.model_validate(row) for row in run(chart_on, site=query.site, day=query.day)]))
