"""The list of checks, and one check with its chain and what may still be done about it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from common.errors import SizaoError, not_found
from common.roles import Role
from common.web.access import allow
from common.web.language import language, pick
from common.web.request import caller, page_site, run
from screening.domain.reasons import said
from screening.pages.desk import document_words
from screening.pages.today import day_asked
from screening.usecases.checks import CheckPage, get_check, list_checks, see_particulars
from screening.usecases.corrections import complete_check, record_departure, void_check
from screening.usecases.entrances import list_entrances
from screening.usecases.intake import PersonGiven

pages = Blueprint("checks_pages", __name__)
READERS = (Role.MONITOR, Role.EMERGENCY, Role.COORDINATOR, Role.LEADER, Role.AUDITOR, Role.ADMIN)
SHOWN = 100


@pages.get("/<site>/checks")
@allow(*READERS)
def listing(site: str) -> str:
    """Checks with their filters in the address."""
    asked = request.args
    day = None if asked.get("q") and not asked.get("day") else day_asked(page_site(site))
    page = run(
        list_checks,
        site=page_site(site),
        day=day,
        entrance=asked.get("entrance") or None,
        decision=asked.get("decision") or None,
        q=asked.get("q") or None,
        after=asked.get("after") or None,
        limit=SHOWN,
    )
    entrances = run(list_entrances, site=site)
    return render_template(
        "screening/checks.html",
        page=page,
        day=day,
        entrance_options=[("", _("全部")), *((one.code, one.name) for one in entrances)],
        words=lambda codes: pick(", ", "、").join(said(codes, language())),
    )


@pages.get("/<site>/checks/<check_id>")
@allow(*READERS)
def one(site: str, check_id: str) -> str:
    """One check."""
    return _page(site, check_id)


@pages.post("/<site>/checks/<check_id>/particulars")
@allow(Role.MONITOR, Role.EMERGENCY, Role.COORDINATOR, Role.ADMIN)
def particulars(site: str, check_id: str) -> Any:
    """The check with its person unmasked; written down in the access log."""
    _check_of(site, check_id)
    try:
        shown = run(see_particulars, check_id=check_id, purpose=request.form.get("purpose", ""))
    except SizaoError as refused:
        return _back(site, check_id, refused)
    return _page(site, check_id, shown=shown)


@pages.post("/<site>/checks/<check_id>/void")
@allow(Role.MONITOR, Role.COORDINATOR)
def void(site: str, check_id: str) -> Any:
    """Voids the check."""
    return _do(site, check_id, void_check, _("记录已作废"), reason=request.form.get("reason", ""))


@pages.post("/<site>/checks/<check_id>/departure")
@allow(Role.MONITOR)
def departure(site: str, check_id: str) -> Any:
    """Somebody left."""
    return _do(site, check_id, record_departure, _("已登记离开"))


@pages.post("/<site>/checks/<check_id>/completion")
@allow(Role.MONITOR, Role.EMERGENCY, Role.COORDINATOR)
def completion(site: str, check_id: str) -> Any:
    """Fills in who an unnamed person was."""
    form = request.form
    person = PersonGiven(
        kind="staff" if form.get("staff_number") else "visitor",
        name=form.get("name") or None,
        staff_number=form.get("staff_number") or None,
        document_type=form.get("document_type") or None,
        document_number=form.get("document_number") or None,
        phone=form.get("phone") or None,
        company=form.get("company") or None,
    )
    return _do(site, check_id, complete_check, _("姓名已补录"), person=person, purpose=form.get("purpose") or None)


def _check_of(site: str, check_id: str) -> CheckPage:
    found: CheckPage = run(get_check, check_id=check_id)
    if found.view.check.site != page_site(site):
        raise not_found("check", "记录", check_id[:40])
    return found


def _page(site: str, check_id: str, shown: Any = None) -> str:
    found = _check_of(site, check_id)
    check, tongue = found.view.check, language()
    return render_template(
        "screening/check.html",
        found=found,
        check=check,
        view=found.view,
        shown=shown,
        reasons=said(check.reasons, tongue, found.rules),
        advice=said(check.advice, tongue, found.rules),
        documents=document_words(),
        may_void=caller().holds(site, Role.MONITOR, Role.COORDINATOR) and check.voided_at is None,
        may_leave=caller().holds(site, Role.MONITOR)
        and check.voided_at is None
        and check.departed_at is None
        and check.decision != "refuse",
        may_complete=caller().holds(site, Role.MONITOR, Role.EMERGENCY, Role.COORDINATOR)
        and check.person_kind == "unnamed"
        and check.voided_at is None,
        may_see=caller().holds(site, Role.MONITOR, Role.EMERGENCY, Role.COORDINATOR, Role.ADMIN),
    )


def _do(site: str, check_id: str, use_case: Any, done: str, **arguments: Any) -> Any:
    _check_of(site, check_id)
    try:
        run(use_case, check_id=check_id, **arguments)
    except SizaoError as refused:
        return _back(site, check_id, refused)
    flash(done, "success")
    return redirect(url_for("checks_pages.one", site=site, check_id=check_id), 303)


def _back(site: str, check_id: str, refused: SizaoError) -> Any:
    flash(refused.words(language()), "error")
    return redirect(url_for("checks_pages.one", site=site, check_id=check_id), 303)
