"""One incident: what is to be done now, its clocks, its timeline; its dossier on paper."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from common.errors import NotFound, SizaoError
from common.web.access import allow
from common.web.language import language
from common.web.request import caller
from isolation.domain.timeline import say
from isolation.domain.words import OUTCOMES
from isolation.pages.shared import READERS, UNMASKERS, WORKERS, code_words, run_at, said, tone_of
from isolation.usecases.read_incident import read_incident
from isolation.usecases.read_incidents import incident_of_check
from isolation.usecases.unmask import Unmasked, unmask_person

pages = Blueprint("incident_page", __name__)
ONE_TAP = {"retest_normal": "released_after_retest", "entry_error": "entry_error"}
"""The outcome that a confirmed mark offers."""


@pages.get("/<site>/incidents/<incident>")
@allow(*READERS)
def show(site: str, incident: str) -> Any:
    """The incident on a phone: clocks first, then the one step to do now."""
    if request.args.get("print"):
        return dossier(site, incident)
    return page(site, incident)


@pages.get("/<site>/incidents/<incident>/print")
@allow(*READERS)
def dossier(site: str, incident: str) -> Any:
    """Everything on A4, the person masked."""
    return _paper(site, incident, None)


@pages.post("/<site>/incidents/<incident>/print")
@allow(*UNMASKERS)
def whole_dossier(site: str, incident: str) -> Any:
    """The same with the person's particulars, for a stated purpose."""
    seen = run_at(site, unmask_person, incident_id=incident, purpose=request.form.get("purpose", ""))
    return _paper(site, incident, seen)


@pages.get("/<site>/incidents/by-check/<check>")
@allow(*READERS)
def by_check(site: str, check: str) -> Any:
    """Leads to a check's incident; for the second in which it is still being opened the page looks again by itself."""
    try:
        found = run_at(site, incident_of_check, check_id=check)
    except NotFound:
        return render_template("isolation/waiting.html"), 404
    return redirect(url_for("incident_page.show", site=site, incident=found))


def page(
    site: str, incident: str, *, at: str = "", given: Any = None, fault: SizaoError | None = None,
    seen: Unmasked | None = None,
) -> Any:  # fmt: skip
    """The page; `at` names the form that was refused, `given` what it held."""
    view = run_at(site, read_incident, incident_id=incident)
    text = render_template(
        "isolation/incident.html", view=view, one=view.incident, words=code_words, say=_said, tone=tone_of,
        pair=_pair, works=caller().holds(site, *WORKERS), unmasks=caller().holds(site, *UNMASKERS), seen=seen,
        outcomes=[(code, said(words)) for code, words in OUTCOMES.items()],
        one_tap=ONE_TAP.get(view.incident.confirmed_mark or "") if not view.owed else None,
        at=at, given=given or {}, detail=fault.words(language()) if fault else "",
    )  # fmt: skip
    return text, fault.status if fault else 200


def _paper(site: str, incident: str, seen: Unmasked | None) -> str:
    view = run_at(site, read_incident, incident_id=incident)
    return render_template(
        "isolation/dossier.html", view=view, one=view.incident, words=code_words, say=_said, pair=_pair, seen=seen,
        unmasks=caller().holds(site, *UNMASKERS),
    )  # fmt: skip


def _said(entry: Any) -> str:
    return say(entry.code, entry.params, language())


def _pair(pair: Any) -> str:
    zh, en = pair
    return str(en if language() == "en" else zh)
