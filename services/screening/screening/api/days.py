"""A day's totals over HTTP."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Response, jsonify
from pydantic import BaseModel, Field

from common.roles import Role
from common.web.access import allow
from common.web.api import api_blueprint
from common.web.language import language
from common.web.request import run
from screening.domain.totals import Totals
from screening.usecases.overview import daily_report, day_overview, not_measured

api = api_blueprint("days")
COUNTS = (
    "checks",
    "staff",
    "visitors",
    "unnamed",
    "admitted",
    "refused",
    "held",
    "fevers",
    "no_mask",
    "refused_measurement",
    "retests",
    "retests_normal",
    "voided",
)


class DayPath(BaseModel):
    """A site's day."""

    site: str = Field(max_length=40)
    day: date


@api.get("/days/<site>/<day>")
@allow(Role.MONITOR, Role.EMERGENCY, Role.COORDINATOR, Role.AUDITOR, Role.LEADER, Role.REGIONAL)
def totals(path: DayPath) -> Response:
    """The day's totals, and five lines of text to paste anywhere."""
    found = run(day_overview, site=path.site, day=path.day)
    lines = run(daily_report, site=path.site, day=path.day, english=language() == "en")
    missing = run(not_measured, site=path.site, day=path.day)
    body: dict[str, Any] = {
        "site": path.site,
        "day": path.day.isoformat(),
        "working": found.working,
        "calendar_published": found.published,
        **counts(found.totals),
        "staff_not_measured": len(missing),
        "by_hour": {str(hour): number for hour, number in sorted(found.totals.by_hour.items())},
        "by_entrance": {name: dict(split) for name, split in found.totals.by_entrance.items()},
        "lines": lines,
    }
    return jsonify(body)


def counts(found: Totals) -> dict[str, int]:
    """The plain numbers of some totals."""
    return {name: getattr(found, name) for name in COUNTS}
