"""Protocols and what a site adopted."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from flask import Response, jsonify
from pydantic import Field

from common.protocol import Protocol
from common.roles import Role
from common.web.access import allow, allow_any_role
from common.web.api import Answer, Input, answer, api_blueprint
from common.web.request import run
from coordination.api.groups import SiteQuery
from coordination.api.shapes import whole_list
from coordination.models import Adoption
from coordination.usecases.protocols import adopt_protocol, list_adoptions, shipped_protocols

api = api_blueprint("protocols")


class NewAdoption(Input):
    """A shipped protocol by its code, or a whole one of the site's own making, from a day on."""

    site: str = Field(max_length=40)
    protocol: str | Protocol
    effective_from: date
    effective_to: date | None = None
    reason: str = Field(default="", max_length=500)
    beyond: bool = False


class AdoptionOut(Answer):
    """A protocol in force at a site; of those that cover a day the highest version counts."""

    id: str
    site: str
    version: int
    protocol_code: str
    effective_from: date
    effective_to: date | None
    reason: str
    adopted_by: str
    adopted_at: datetime
    protocol: dict[str, Any]


def adoption_out(row: Adoption) -> AdoptionOut:
    """The answer for an adoption."""
    return AdoptionOut(
        id=row.id, site=row.site, version=row.version, protocol_code=row.protocol_code,
        effective_from=row.effective_from, effective_to=row.effective_to, reason=row.reason, adopted_by=row.adopted_by,
        adopted_at=row.adopted_at, protocol=row.document,
    )  # fmt: skip


@api.get("/protocols")
@allow_any_role()
def listing() -> Response:
    """The protocols that come with the product."""
    items = [protocol.model_dump(mode="json") for protocol in shipped_protocols().values()]
    return jsonify({"items": items, "next": None})


@api.get("/protocols/adoptions")
@allow_any_role()
def adoptions(query: SiteQuery) -> Response:
    """What a site adopted, the newest first."""
    return jsonify(whole_list([adoption_out(row) for row in run(list_adoptions, site=query.site)]))


@api.post("/protocols/adoptions")
@allow(Role.ADMIN, Role.LEADER)
def adopt(body: NewAdoption) -> Response:
    """Puts a protocol in force from a day on."""
    row = run(
        adopt_protocol, site=body.site, protocol=body.protocol, effective_from=body.effective_from,
        effective_to=body.effective_to, reason=body.reason, beyond=body.beyond,
    )  # fmt: skip
    return answer(adoption_out(row), 201)
