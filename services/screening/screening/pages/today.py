"""Day and week at a glance: totals, charts, who was not measured, the report to copy."""

from __future__ import annotations

from datetime import date, timedelta

from flask import Blueprint, Response, render_template, request
from flask_babel import gettext as _

from common.civil.day import parse_day
from common.errors import Invalid
from common.roles import Role
from common.web.access import allow
from common.web.language import language
from common.web.request import page_site, run
from screening.pages.charts import hours_chart, week_chart
from screening.usecases.desk import today_at
from screening.usecases.handovers import list_handovers
from screening.usecases.overview import daily_report, day_overview, not_measured, week_overview

pages = Blueprint("today", __name__)
READERS = (Role.MONITOR, Role.EMERGENCY, Role.COORDINATOR, Role.LEADER, Role.ADMIN, Role.AUDITOR)


def day_asked(site: str) -> date:
    """The day in the address; the site's today where there is none or it is no date."""
    try:
        return parse_day(request.args.get("day", "")) or run(today_at, site=site)
    except Invalid:
        return run(today_at, site=site)


@pages.get("/<site>/today")
@allow(*READERS)
def today(site: str) -> str:
    """One day's overview, today's unless another is asked for."""
    day = day_asked(page_site(site))
    return render_template(
        "screening/today.html",
        day=day,
        is_today=day == run(today_at, site=site),
        found=run(day_overview, site=site, day=day),
        week=run(week_overview, site=site, last=day),
        missing=run(not_measured, site=site, day=day),
        handovers=run(list_handovers, site=site, day=day),
        lines=run(daily_report, site=site, day=day, english=language() == "en"),
        before=day - timedelta(days=1),
        after=day + timedelta(days=1),
    )


@pages.get("/<site>/today/hours.svg")
@allow(*READERS)
def hours(site: str) -> Response:
    """Checks of a day by hour, as an image."""
    found = run(day_overview, site=page_site(site), day=day_asked(site))
    return _image(hours_chart(found.totals, _("每小时登记人次")))


@pages.get("/<site>/today/week.svg")
@allow(*READERS)
def week(site: str) -> Response:
    """Checks of the week by decision, as an image."""
    found = run(week_overview, site=page_site(site), last=day_asked(site))
    return _image(week_chart(found, (_("放行"), _("禁止进入"), _("暂留")), _("近七日登记人次")))


def _image(svg: bytes) -> Response:
    return Response(svg, mimetype="image/svg+xml")
