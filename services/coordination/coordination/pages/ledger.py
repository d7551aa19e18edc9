"""台账: a day's filings, the week around it, on paper."""

from __future__ import annotations

from datetime import date, timedelta

from flask import Blueprint, Response

from common.web.access import allow
from common.web.request import page_site, run
from coordination.domain.readers import LEDGER_READERS
from coordination.pages.forms import day_in_address, show
from coordination.usecases.ledger import LedgerLine, ledger_of
from coordination.usecases.now import today_at

page = Blueprint("ledger_pages", __name__)


@page.get("/<site>/ledger")
@allow(*LEDGER_READERS)
def ledger(site: str) -> Response:
    """One day, and the week it lies in."""
    return _show(site, "ledger.html")


@page.get("/<site>/ledger/print")
@allow(*LEDGER_READERS)
def printed(site: str) -> Response:
    """One day on paper."""
    return _show(site, "ledger_print.html")


def _show(site: str, template: str) -> Response:
    code = page_site(site)
    day = day_in_address(code)
    monday = day - timedelta(days=day.weekday())
    week = [monday + timedelta(days=n) for n in range(7)]
    lines = run(ledger_of, site=code, first=week[0], last=week[6])
    today = [line for line in lines if line.filing.day == day]
    return show(
        template, code=code, day=day, before=day - timedelta(days=1), after=day + timedelta(days=1), lines=today,
        week=week, places=by_place(lines), totals=totals(today), now=run(today_at, site=code),
    )  # fmt: skip


def by_place(lines: list[LedgerLine]) -> list[tuple[str, dict[date, LedgerLine]]]:
    """The lines of each entrance by day."""
    found: dict[tuple[str, str], dict[date, LedgerLine]] = {}
    for line in lines:
        found.setdefault((line.filing.place_name, line.filing.place_id), {})[line.filing.day] = line
    return [(name, days) for (name, _), days in sorted(found.items())]


def totals(lines: list[LedgerLine]) -> dict[str, int]:
    """How many lines of a day are in each state."""
    counted = dict.fromkeys(("filed", "late", "missing", "due", "not_due"), 0)
    for line in lines:
        counted[line.state] += 1
    return counted
