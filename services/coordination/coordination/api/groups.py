"""The plan's groups at a site."""

from __future__ import annotations

from flask import Response, jsonify
from pydantic import BaseModel, Field

from common.roles import Role
from common.web.access import allow, allow_any_role
from common.web.api import Input, api_blueprint
from common.web.request import run
from coordination.api.shapes import expected_version, group_out, versioned, whole_list
from coordination.usecases.groups import change_group, list_groups

api = api_blueprint("groups")


class SiteQuery(Input):
    """Which site."""

    site: str = Field(max_length=40)


class GroupPath(BaseModel):
    """A group at a site."""

    site: str = Field(max_length=40)
    code: str = Field(max_length=20)


class MemberIn(Input):
    """A member: leader, deputy or member."""

    person_id: str = Field(max_length=36)
    position: str = Field(max_length=20)


class GroupChange(Input):
    """What may change of a group; a word that is left out stays. `members` is the whole list."""

    members: list[MemberIn] | None = Field(default=None, max_length=500)
    leader_in_charge: str | None = Field(default=None, max_length=36)
    roles: list[str] | None = Field(default=None, max_length=20)


@api.get("/groups")
@allow_any_role()
def listing(query: SiteQuery) -> Response:
    """The plan's groups of a site, with their members."""
    return jsonify(whole_list([group_out(view) for view in run(list_groups, site=query.site)]))


@api.patch("/groups/<site>/<code>")
@allow(Role.ADMIN)
def change(path: GroupPath, body: GroupChange) -> Response:
    """Changes a group's members, the leader who answers for it, or the roles it gives."""
    members = None if body.members is None else [(one.person_id, one.position) for one in body.members]
    view = run(
        change_group, site=path.site, code=path.code, expected=expected_version(), members=members,
        leader_in_charge=body.leader_in_charge, keep_leader_in_charge="leader_in_charge" not in body.model_fields_set,
        roles=body.roles,
    )  # fmt: skip
    return versioned(group_out(view), view.group.sequence)
