"""The list of a site's incidents, and opening one by hand."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _

from common.errors import Invalid, SizaoError
from common.ids import new_id
from common.web.access import allow
from common.web.language import language
from common.web.request import caller, page_site
from isolation.domain.words import KINDS, STATES
from isolation.pages.shared import READERS, WORKERS, code_words, run_at, said, typed_instant
from isolation.usecases.open_incident import open_by_hand
from isolation.usecases.read_incidents import list_incidents

pages = Blueprint("incidents_page", __name__)
OPEN_SHOWN = 200
CLOSED_SHOWN = 20
PAGE = 50


@pages.get("/<site>/incidents")
@allow(*READERS)
def listing(site: str) -> Any:
    """Open incidents first, then those closed last; with a filter one list."""
    state, day = request.args.get("state") or None, _day(request.args.get("day", ""))
    if state not in {None, *STATES}:
        raise Invalid("incidents.state", "There is no such state.", "没有这种状态。", field="state")
    parts: list[tuple[str | None, Any]] = []
    if state or day or request.args.get("after"):
        found = run_at(
            site, list_incidents, site=site, state=state, day=day, after=request.args.get("after"), limit=PAGE
        )
        parts.append((None, found))
    else:
        for each, limit in (("open", OPEN_SHOWN), ("closed", CLOSED_SHOWN)):
            parts.append((each, run_at(site, list_incidents, site=site, state=each, day=None, after=None, limit=limit)))
    return render_template(
        "isolation/incidents.html", parts=parts, words=code_words, works=caller().holds(site, *WORKERS),
        state=state or "", day=day.isoformat() if day else "",
        states=[("", _("全部")), *((code, said(words)) for code, words in STATES.items())],
    )  # fmt: skip


@pages.get("/<site>/incidents/new")
@allow(*WORKERS)
def new(site: str) -> Any:
    """The form for an incident that no check reported."""
    return _form(page_site(site), {"key": new_id(), "kind": "fever"}, None)


@pages.post("/<site>/incidents/new")
@allow(*WORKERS)
def create(site: str) -> Any:
    """Opens it, once for the form however often it is sent."""
    page_site(site)
    form = request.form
    key = form.get("key", "")[:60] or None
    try:
        kind = form.get("kind", "")
        if kind not in KINDS:
            raise Invalid("incident.kind", "Choose what was seen.", "请选择情况类别。", field="kind")
        stored = run_at(
            site, open_by_hand, site=site, kind=kind, place=form.get("place", ""), name=form.get("name", "").strip(),
            phone=form.get("phone", "").strip(), found_at=typed_instant(form.get("found_at", "")),
            note=form.get("note", ""), key=key, digest=key or "",
        )  # fmt: skip
    except SizaoError as fault:
        return _form(site, form, fault), fault.status
    return redirect(url_for("incident_page.show", site=site, incident=stored.body["id"]), 303)


def _form(site: str, given: Any, fault: SizaoError | None) -> str:
    return render_template(
        "isolation/new_incident.html", given=given, kinds=[(code, said(words)) for code, words in KINDS.items()],
        faults=[{"field": fault.field, "detail": fault.words(language())}] if fault else [], code=site,
    )  # fmt: skip


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Invalid(
            "incidents.day", "This is not a day: 2021-03-01.", "日期有误:如 2021-03-01。", field="day"
        ) from None
