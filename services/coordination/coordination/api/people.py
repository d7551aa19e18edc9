"""People of the directory."""

from __future__ import annotations

from datetime import date
from typing import Literal

from flask import Response, jsonify
from pydantic import BaseModel, Field

from common.roles import Role
from common.web.access import allow
from common.web.api import IdPath, Input, ListQuery, answer_page, api_blueprint
from common.web.request import run
from coordination.api.shapes import expected_version, person_out, versioned
from coordination.domain.readers import PEOPLE_READERS, UNMASKERS
from coordination.usecases.leaves import add_leave, end_leave
from coordination.usecases.people import add_person, change_person, list_people, show_person
from coordination.usecases.unmasking import unmask

api = api_blueprint("people")


class PeopleQuery(ListQuery):
    """Which people."""

    q: str = Field(default="", max_length=60)
    section_id: str | None = Field(default=None, max_length=36)
    active: bool | None = True


class PersonFields(Input):
    """What a person may be given; a word that is left out stays, `null` empties it."""

    name: str | None = Field(default=None, max_length=200)
    staff_number: str | None = Field(default=None, max_length=20)
    badge: str | None = Field(default=None, max_length=40)
    phone: str | None = Field(default=None, max_length=40)
    email: str | None = Field(default=None, max_length=200)
    document_type: str | None = Field(default=None, max_length=40)
    document_number: str | None = Field(default=None, max_length=60)
    section_id: str | None = Field(default=None, max_length=36)
    post: str | None = Field(default=None, max_length=60)
    company: str | None = Field(default=None, max_length=120)
    superior_id: str | None = Field(default=None, max_length=36)
    active: bool | None = None


class NewPerson(PersonFields):
    """A person to add."""

    site: str = Field(max_length=40)
    kind: Literal["staff", "contractor", "account"] = "staff"


class PersonChange(PersonFields):
    """Changes of a person; `first_day`: since when the new superior counts."""

    first_day: date | None = None


class NewLeave(Input):
    """Days on which a person is away, both included."""

    first_day: date
    last_day: date
    reason: str = Field(default="", max_length=60)


class LeavePath(BaseModel):
    """A leave of a person."""

    id: str = Field(max_length=64)
    leave_id: str = Field(max_length=64)


class Unmasking(Input):
    """Which value, and what for."""

    field: Literal["phone", "document_number", "email"]
    purpose: str = Field(max_length=200)


@api.get("/people")
@allow(*PEOPLE_READERS)
def listing(query: PeopleQuery) -> Response:
    """People of a site, or of all the caller's."""
    return answer_page(run(list_people, **query.model_dump()), person_out)


@api.post("/people")
@allow(Role.ADMIN)
def add(body: NewPerson) -> Response:
    """Adds a person."""
    fields = body.model_dump(exclude={"site", "kind"}, exclude_unset=True)
    view = run(add_person, site=body.site, kind=body.kind, fields=fields)
    return versioned(person_out(view), view.person.sequence, 201)


@api.get("/people/<id>")
@allow(*PEOPLE_READERS)
def show(path: IdPath) -> Response:
    """One person, masked."""
    view = run(show_person, person_id=path.id)
    return versioned(person_out(view), view.person.sequence)


@api.patch("/people/<id>")
@allow(Role.ADMIN)
def change(path: IdPath, body: PersonChange) -> Response:
    """Changes a person."""
    fields = body.model_dump(exclude={"first_day"}, exclude_unset=True)
    view = run(change_person, person_id=path.id, expected=expected_version(), fields=fields, first_day=body.first_day)
    return versioned(person_out(view), view.person.sequence)


@api.post("/people/<id>/leaves")
@allow(Role.ADMIN, Role.COORDINATOR)
def leave(path: IdPath, body: NewLeave) -> Response:
    """Enters a leave."""
    view = run(add_leave, person_id=path.id, **body.model_dump())
    return versioned(person_out(view), view.person.sequence, 201)


@api.delete("/people/<id>/leaves/<leave_id>")
@allow(Role.ADMIN, Role.COORDINATOR)
def unleave(path: LeavePath) -> Response:
    """Takes a leave out."""
    view = run(end_leave, person_id=path.id, leave_id=path.leave_id)
    return versioned(person_out(view), view.person.sequence)


@api.post("/people/<id>/unmasking")
@allow(*UNMASKERS)
def reveal(path: IdPath, body: Unmasking) -> Response:
    """One personal value in clear; it is written down who looked and what for."""
    return jsonify({"field": body.field, "value": run(unmask, person_id=path.id, **body.model_dump())})
