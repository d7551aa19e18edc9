"""The duty list of a group and a day."""

from __future__ import annotations

from datetime import date, timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from common.civil.day import parse_day
from common.errors import SizaoError
from common.roles import Role
from common.web.access import allow
from common.web.language import pick
from common.web.request import caller, page_site, run
from notify.domain.groups import ANSWERERS, GROUP_ROLES, GROUP_WORDS, READERS, groups_seen
from notify.pages import words
from notify.usecases.duty_lists import copy_duty, read_duty, set_duty

pages = Blueprint("duty_pages", __name__)


@pages.get("/<site>/duty")
@allow(*READERS)
def show(site: str) -> str:
    """A day's list; the group's own people, coordination and administrators may change it."""
    seen = groups_seen(caller().grants.get(page_site(site), frozenset()))
    groups = [code for code in GROUP_WORDS if code in seen]
    group = request.args.get("group") or _own(site, groups)
    found = run(read_duty, site=site, group=group, day=_day(request.args.get("day")))
    return render_template(
        "notify/duty.html", duty=found, words=words, groups=[(code, words.group_words(code)) for code in groups],
        before=found.day - timedelta(days=1), after=found.day + timedelta(days=1),
        may_change=caller().holds(site, GROUP_ROLES[found.group], Role.COORDINATOR, Role.ADMIN),
    )  # fmt: skip


@pages.post("/<site>/duty")
@allow(*ANSWERERS)
def change(site: str) -> Response:
    """Sets the list, or takes over the one of the day before."""
    page_site(site)
    group, day = request.form.get("group", ""), _day(request.form.get("day"))
    try:
        if request.form.get("copy") and day is not None:
            found = run(copy_duty, site=site, group=group, day=day)
            if found.left_out:
                flash(_("以下人员当天不在岗，未复制：%(names)s", names="、".join(found.left_out)), "warning")
        elif day is not None:
            run(set_duty, site=site, group=group, day=day, people=request.form.getlist("people"))
        flash(_("值班名单已保存。"), "success")
    except SizaoError as wrong:
        if wrong.status not in {403, 422}:
            raise
        flash(pick(wrong.en, wrong.zh), "error")
    return redirect(url_for("duty_pages.show", site=site, group=group, day=day.isoformat() if day else None), 303)


def _day(text: str | None) -> date | None:
    return parse_day(text) if text else None


def _own(site: str, groups: list[str]) -> str:
    roles = caller().grants.get(site, frozenset())
    return next((code for code in groups if GROUP_ROLES[code] in roles), groups[0] if groups else "emergency")
