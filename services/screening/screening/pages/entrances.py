"""Entrances: opening and changing them."""

from __future__ import annotations

import re
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from common.errors import SizaoError
from common.roles import Role
from common.web.access import allow
from common.web.language import language
from common.web.request import page_site, run
from screening.domain.opening import WEEKDAYS, WORKING
from screening.usecases.entrances import change_entrance, find_entrance, list_entrances, open_entrance

pages = Blueprint("entrance_pages", __name__)


@pages.get("/<site>/entrances")
@allow(Role.ADMIN)
def listing(site: str) -> str:
    """Every entrance, and a form for a new one."""
    found = run(list_entrances, site=page_site(site))
    return render_template("screening/entrances.html", entrances=found, days=day_words(), form={})


@pages.post("/<site>/entrances")
@allow(Role.ADMIN)
def create(site: str) -> Any:
    """Opens an entrance."""
    form = request.form
    try:
        made = run(
            open_entrance,
            site=page_site(site),
            code=form.get("code", "").strip(),
            name=form.get("name", ""),
            hall=form.get("hall", ""),
            opening=_opening(),
            closed_days=_closed_days(),
        )
    except SizaoError as refused:
        fault = {"field": refused.field, "detail": refused.words(language())}
        found = run(list_entrances, site=site)
        shown = render_template(
            "screening/entrances.html", entrances=found, days=day_words(), form=form, errors=[fault]
        )
        return shown, refused.status
    flash(_("入口“{name}”已开设").format(name=made.name), "success")
    return redirect(url_for("entrance_pages.listing", site=site), 303)


@pages.get("/<site>/entrances/<entrance>")
@allow(Role.ADMIN)
def one(site: str, entrance: str) -> str:
    """One entrance to change."""
    found = run(find_entrance, site=page_site(site), ref=entrance)
    return render_template("screening/entrance.html", entrance=found, days=day_words())


@pages.post("/<site>/entrances/<entrance>")
@allow(Role.ADMIN)
def change(site: str, entrance: str) -> Any:
    """Changes an entrance."""
    found = run(find_entrance, site=page_site(site), ref=entrance)
    form = request.form
    sequence = form.get("sequence", "")
    try:
        run(
            change_entrance,
            entrance_id=found.id,
            sequence=int(sequence) if sequence.isdecimal() and len(sequence) < 10 else found.sequence,
            name=form.get("name", ""),
            hall=form.get("hall", ""),
            active="active" in form,
            opening=_opening(),
            closed_days=_closed_days(),
        )
    except SizaoError as refused:
        fault = {"field": refused.field, "detail": refused.words(language())}
        shown = render_template("screening/entrance.html", entrance=found, days=day_words(), errors=[fault])
        return shown, refused.status
    flash(_("入口“{name}”已更改").format(name=form.get("name", "")), "success")
    return redirect(url_for("entrance_pages.listing", site=site), 303)


def day_words() -> list[tuple[str, str]]:
    """The keys of opening hours and their words."""
    names = (_("星期一"), _("星期二"), _("星期三"), _("星期四"), _("星期五"), _("星期六"), _("星期日"))
    return [(WORKING, _("工作日")), *zip(WEEKDAYS, names, strict=True)]


def _opening() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for key, _words in day_words():
        hours = [request.form.get(f"from_{key}", "").strip(), request.form.get(f"to_{key}", "").strip()]
        if any(hours):
            found[key] = hours
    return found


def _closed_days() -> list[str]:
    return re.split(r"[\s,，、;；]+", request.form.get("closed_days", "").strip())
