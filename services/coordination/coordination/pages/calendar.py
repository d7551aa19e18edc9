"""The working calendar of a year."""

from __future__ import annotations

from datetime import date, timedelta

from flask import Blueprint, Response, flash, request
from flask_babel import gettext as _

from common.civil.calendar import DayKind
from common.errors import Invalid
from common.roles import Role
from common.web.access import allow
from common.web.request import page_site, run
from coordination.pages.forms import attempt, day_field, done, show, text
from coordination.usecases.calendar import change_day, show_year
from coordination.usecases.now import today_at

page = Blueprint("calendar_pages", __name__)
KEEPERS = (Role.ADMIN, Role.COORDINATOR)
Week = list[tuple[date, DayKind] | None]


@page.get("/<site>/calendar")
@allow(*KEEPERS)
def calendar(site: str) -> Response:
    """The year with its working days."""
    return _year(page_site(site), [], 200)


@page.post("/<site>/calendar")
@allow(*KEEPERS)
def send_day(site: str) -> Response:
    """Enters the site's own word on a day."""
    code = page_site(site)

    def change() -> Response:
        day, word = day_field("day"), text("working", 10)
        if day is None or word not in {"yes", "no", "published"}:
            raise Invalid("calendar.day", "Which day, and what is it?", "请填写日期并选择类型。", field="day")
        working = None if word == "published" else word == "yes"
        run(change_day, site=code, day=day, working=working, reason=text("reason", 200))
        flash(_("已保存"))
        return done(f"/coordination/{code}/calendar?year={day.year}")

    return attempt(change, lambda faults, status: _year(code, faults, status))


def _year(code: str, faults: list[dict[str, str | None]], status: int) -> Response:
    given = request.args.get("year", "")
    today = run(today_at, site=code)
    year = run(show_year, site=code, year=int(given) if given.isdigit() else today.year)
    return show(
        "calendar.html", status, code=code, year=year, months=[month_weeks(year.days, m) for m in range(1, 13)],
        today=today, faults=faults,
    )  # fmt: skip


def month_weeks(days: dict[date, DayKind], month: int) -> tuple[int, list[Week]]:
    """The weeks of a month, Monday first, with gaps where other months' days would stand."""
    mine = sorted(day for day in days if day.month == month)
    weeks: list[Week] = []
    day = mine[0] - timedelta(days=mine[0].weekday())
    while day <= mine[-1]:
        row = [day + timedelta(days=n) for n in range(7)]
        weeks.append([(one, days[one]) if one.month == month and one in days else None for one in row])
        day += timedelta(days=7)
    return month, weeks
