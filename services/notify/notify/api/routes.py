"""Routes: which group owns which event type."""

from __future__ import annotations

from typing import Literal

from flask import Response, jsonify
from flask_openapi import APIBlueprint
from pydantic import BaseModel, Field

from common.roles import Role
from common.web.access import allow
from common.web.api import Answer, Input, answer, api_blueprint
from common.web.request import run
from notify.api.versions import version_asked
from notify.usecases.routes import RouteView, change_route, list_routes


class RoutesQuery(Input):
    """Of which site."""

    site: str = Field(max_length=40)


class RoutePath(BaseModel):
    """An event type in the address."""

    event_type: str = Field(max_length=120)


class NewRoute(Input):
    """The rule for an event type at a site."""

    site: str = Field(max_length=40)
    group: str = Field(max_length=20)
    severity: Literal["ordinary", "severe"]
    ladder: bool


class RouteAnswer(Answer):
    """A rule in force, and how many people it reaches today; `version` 0 is as shipped."""

    event_type: str
    group: str
    severity: str
    ladder: bool
    version: int
    people: int
    reaches_nobody: bool


def route_answer(view: RouteView) -> RouteAnswer:
    """A rule as JSON."""
    rule = view.rule
    return RouteAnswer(
        event_type=rule.event_type, group=rule.group, severity=rule.severity, ladder=rule.ladder, version=view.version,
        people=view.people, reaches_nobody=not view.people,
    )  # fmt: skip


def routes_api() -> APIBlueprint:
    """`/api/v1/routes`."""
    api = api_blueprint("routes")

    @api.get("/routes")
    @allow(Role.ADMIN, Role.COORDINATOR, Role.LEADER, Role.AUDITOR)
    def list_all(query: RoutesQuery) -> Response:
        rules = run(list_routes, site=query.site)
        return jsonify({"items": [route_answer(one).model_dump(mode="json") for one in rules], "next": None})

    @api.put("/routes/<string:event_type>")
    @allow(Role.ADMIN)
    def write(path: RoutePath, body: NewRoute) -> Response:
        view = run(
            change_route, site=body.site, event_type=path.event_type, group=body.group, severity=body.severity,
            ladder=body.ladder, version=version_asked(),
        )  # fmt: skip
        return answer(route_answer(view), headers={"ETag": f'"{view.version}"'})

    return api
