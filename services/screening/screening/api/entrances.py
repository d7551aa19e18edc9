"""Halls and entrances over HTTP."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Response, request
from pydantic import Field, StrictBool

from common.data.paging import Page
from common.errors import Unconditional
from common.roles import Role
from common.web.access import allow, allow_any_role
from common.web.api import Answer, IdPath, Input, answer, answer_page, api_blueprint
from common.web.request import run
from screening.usecases.entrances import EntranceView, change_entrance, list_entrances, open_entrance
from screening.usecases.handovers import hand_over

api = api_blueprint("entrances")


class EntrancesQuery(Input):
    """Which entrances."""

    site: str | None = Field(default=None, max_length=40)


class NewEntrance(Input):
    """An entrance to open. `opening` maps `1` (Monday) … `7` or `working` to two times; empty: 08:00 to 17:30."""

    site: str = Field(max_length=40)
    code: str = Field(max_length=40)
    name: str = Field(max_length=120)
    hall: str = Field(max_length=120)
    opening: dict[str, Any] | None = None
    closed_days: list[str] = Field(default=[], max_length=400)


class EntranceChange(Input):
    """What changes of an entrance; what is left out stays."""

    name: str | None = Field(default=None, max_length=120)
    hall: str | None = Field(default=None, max_length=120)
    active: StrictBool | None = None
    opening: dict[str, Any] | None = None
    closed_days: list[str] | None = Field(default=None, max_length=400)


class EntranceOut(Answer):
    """An entrance."""

    id: str
    site: str
    code: str
    name: str
    hall: str
    active: bool
    opening: dict[str, Any]
    closed_days: list[str]
    opened_on: date
    sequence: int


class HandoverIn(Input):
    """To whom the desk goes, by staff number or id."""

    site: str = Field(max_length=40)
    to: str = Field(max_length=80)
    note: str | None = Field(default=None, max_length=1000)


class HandoverOut(Answer):
    """A handover."""

    id: str
    day: date
    from_ref: str
    to_ref: str
    note: str


@api.get("/entrances")
@allow_any_role()
def listing(query: EntrancesQuery) -> Response:
    """Entrances of a site, or of every site the caller may see."""
    return answer_page(Page(run(list_entrances, site=query.site), None), EntranceOut.model_validate)


@api.post("/entrances")
@allow(Role.ADMIN)
def create(body: NewEntrance) -> Response:
    """Opens an entrance from today on."""
    return _shown(run(open_entrance, **body.model_dump()), 201)


@api.patch("/entrances/<id>")
@allow(Role.ADMIN)
def change(path: IdPath, body: EntranceChange) -> Response:
    """Changes an entrance; with If-Match only if nobody changed it since."""
    return _shown(run(change_entrance, entrance_id=path.id, sequence=_if_match(), **body.model_dump()), 200)


@api.post("/entrances/<id>/handovers")
@allow(Role.MONITOR)
def hand(path: IdPath, body: HandoverIn) -> Response:
    """Hands the desk to another guard."""
    handed = run(hand_over, site=body.site, entrance=path.id, to=body.to, note=body.note)
    return answer(HandoverOut.model_validate(handed), 201)


def _shown(found: EntranceView, status: int) -> Response:
    return answer(EntranceOut.model_validate(found), status, {"ETag": f'"{found.sequence}"'})


def _if_match() -> int | None:
    """The version that a change is meant for; raises Unconditional (428) where it is not said."""
    given = request.headers.get("If-Match")
    if given is None:
        raise Unconditional(
            "etag.missing",
            "Say which version you are changing: send If-Match with the ETag you read.",
            "请注明所修改内容的版本：在 If-Match 中填写读取时的 ETag。",
        )
    if given.strip() == "*":
        return None
    version = given.strip().removeprefix("W/").strip('"')
    return int(version) if version.isdecimal() and len(version) < 10 else 0
