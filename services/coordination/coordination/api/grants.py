"""Roles given and taken by hand."""

from __future__ import annotations

from datetime import datetime

from flask import Response, jsonify
from pydantic import BaseModel, Field

from common.roles import Role
from common.web.access import allow
from common.web.api import Answer, Input, answer, api_blueprint
from common.web.request import run
from coordination.api.groups import SiteQuery
from coordination.api.shapes import whole_list
from coordination.usecases.grants import give_role, list_grants, take_role

api = api_blueprint("grants")


class NewGrant(Input):
    """A role at a site for a person of it, or by login for somebody of another site."""

    site: str = Field(max_length=40)
    role: Role
    person_id: str | None = Field(default=None, max_length=36)
    login: str | None = Field(default=None, max_length=60)


class GrantPath(BaseModel):
    """A role that a person holds at a site."""

    site: str = Field(max_length=40)
    person_id: str = Field(max_length=36)
    role: Role


class GrantOut(Answer):
    """A role held (or withheld although a group gives it)."""

    site: str
    person_id: str
    role: str
    origin: str
    withheld: bool
    given_by: str
    given_at: datetime


@api.get("/grants")
@allow(Role.SECURITY, Role.AUDITOR)
def listing(query: SiteQuery) -> Response:
    """Every role at a site."""
    return jsonify(whole_list([GrantOut.model_validate(row) for row in run(list_grants, site=query.site)]))


@api.post("/grants")
@allow(Role.SECURITY)
def give(body: NewGrant) -> Response:
    """Gives a role."""
    row = run(give_role, site=body.site, role=body.role, person_id=body.person_id, login=body.login)
    return answer(GrantOut.model_validate(row), 201)


@api.delete("/grants/<site>/<person_id>/<role>")
@allow(Role.SECURITY)
def take(path: GrantPath) -> Response:
    """Takes a role."""
    run(take_role, site=path.site, person_id=path.person_id, role=path.role)
    return Response(status=204)
