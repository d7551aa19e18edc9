"""The working calendar of a site."""

from __future__ import annotations

from datetime import date

from flask import Response
from pydantic import BaseModel, Field

from common.roles import Role
from common.web.access import allow, allow_any_role
from common.web.api import Answer, Input, answer, api_blueprint
from common.web.request import run
from coordination.usecases.calendar import change_day, show_year

api = api_blueprint("calendar")


class YearQuery(Input):
    """Which year at which site."""

    site: str = Field(max_length=40)
    year: int


class DayPath(BaseModel):
    """A day at a site."""

    site: str = Field(max_length=40)
    day: date


class DayChange(Input):
    """Whether the day is a working day; `null` takes the site's own word back."""

    working: bool | None
    reason: str = Field(default="", max_length=200)


class DayOut(Answer):
    """A day. `source`: site, state (the published calendar) or rule (Monday to Friday, not yet published)."""

    day: date
    working: bool
    source: str
    reason: str


class YearOut(Answer):
    """A year; `published` tells whether the State Council's calendar of it is known."""

    year: int
    published: bool
    version: int
    items: list[DayOut]
    next: None = None


@api.get("/calendar")
@allow_any_role()
def year(query: YearQuery) -> Response:
    """Every day of a year."""
    found = run(show_year, site=query.site, year=query.year)
    days = [
        DayOut(day=day, working=kind.working, source=kind.source.value, reason=found.reasons.get(day, ""))
        for day, kind in found.days.items()
    ]
    return answer(YearOut(year=found.year, published=found.published, version=found.sequence, items=days))


@api.put("/calendar/<site>/<day>")
@allow(Role.ADMIN, Role.COORDINATOR)
def change(path: DayPath, body: DayChange) -> Response:
    """Enters the site's own word on a day."""
    run(change_day, site=path.site, day=path.day, working=body.working, reason=body.reason)
    return Response(status=204)
