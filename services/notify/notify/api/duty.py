"""Duty lists: who is on duty for a group on a day."""

from __future__ import annotations

from datetime import date

from flask import Response
from flask_openapi import APIBlueprint
from pydantic import Field

from common.web.access import allow
from common.web.api import Answer, Input, answer, api_blueprint
from common.web.request import run
from notify.domain.groups import ANSWERERS, READERS
from notify.usecases.duty_lists import copy_duty, read_duty, set_duty


class DutyQuery(Input):
    """Which list; today's if no day is named."""

    site: str = Field(max_length=40)
    group: str = Field(default="emergency", max_length=20)
    day: date | None = None


class NewDuty(Input):
    """A day's list; nobody at all takes the list away."""

    site: str = Field(max_length=40)
    group: str = Field(default="emergency", max_length=20)
    day: date
    people: list[str] = Field(max_length=200)


class CopyDuty(Input):
    """The day to which the list of the day before is copied."""

    site: str = Field(max_length=40)
    group: str = Field(default="emergency", max_length=20)
    day: date


class DutyPersonAnswer(Answer):
    """One of the group's people."""

    person_id: str
    name: str
    on_duty: bool
    here: bool
    reachable: bool


class DutyAnswer(Answer):
    """A group's list of a day; without one (`listed` false) the whole group is on duty."""

    site: str
    group: str
    day: date
    listed: bool
    people: list[DutyPersonAnswer]
    left_out: list[str]


def duty_api() -> APIBlueprint:
    """`/api/v1/duty`."""
    api = api_blueprint("duty")

    @api.get("/duty")
    @allow(*READERS)
    def read(query: DutyQuery) -> Response:
        found = run(read_duty, site=query.site, group=query.group, day=query.day)
        return answer(DutyAnswer.model_validate(found))

    @api.put("/duty")
    @allow(*ANSWERERS)
    def write(body: NewDuty) -> Response:
        found = run(set_duty, site=body.site, group=body.group, day=body.day, people=body.people)
        return answer(DutyAnswer.model_validate(found))

    @api.post("/duty/copies")
    @allow(*ANSWERERS)
    def copy(body: CopyDuty) -> Response:
        return answer(DutyAnswer.model_validate(run(copy_duty, site=body.site, group=body.group, day=body.day)))

    return api
