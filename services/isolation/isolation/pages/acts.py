"""What is done on an incident's page: each form calls its use case and comes back to the page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _

from common.errors import SizaoError
from common.web.access import allow
from isolation.pages.incident import page
from isolation.pages.shared import UNMASKERS, WORKERS, run_at, typed_instant
from isolation.usecases.close_incident import close_incident, reopen_incident
from isolation.usecases.link_incidents import link_incidents, unlink_incidents
from isolation.usecases.notes import add_note
from isolation.usecases.record_step import record_step
from isolation.usecases.unmask import unmask_person

pages = Blueprint("incident_acts", __name__)
WORDS_LIMIT = 2000


def text(name: str) -> str:
    """A text of the form, without outer spaces."""
    return request.form.get(name, "").strip()[:WORDS_LIMIT]


def _act(site: str, incident: str, at: str, words: str, do: Callable[[], object]) -> Any:
    """Does it and comes back; a refusal is shown at its form, which keeps what was typed."""
    try:
        do()
    except SizaoError as fault:
        if fault.status not in {409, 412, 422}:
            raise
        return page(site, incident, at=at, given=request.form, fault=fault)
    flash(words, "success")
    return redirect(url_for("incident_page.show", site=site, incident=incident), 303)


@pages.post("/<site>/incidents/<incident>/steps/<step>")
@allow(*WORKERS)
def record(site: str, incident: str, step: str) -> Any:
    """Records or corrects a step."""

    def do() -> None:
        run_at(
            site, record_step, incident_id=incident, step=step,
            state="not_needed" if text("state") == "not_needed" else "done", outcome=text("outcome")[:200],
            note=text("note"), receipt=text("receipt")[:200], done_at=typed_instant(text("done_at")),
            amend=bool(text("amend")), reason=text("reason")[:200],
        )  # fmt: skip

    return _act(site, incident, f"step-{step}", _("已登记"), do)


@pages.post("/<site>/incidents/<incident>/notes")
@allow(*WORKERS)
def note(site: str, incident: str) -> Any:
    """Adds a note."""
    return _act(
        site, incident, "note", _("备注已保存"), lambda: run_at(site, add_note, incident_id=incident, text=text("text"))
    )


@pages.post("/<site>/incidents/<incident>/closure")
@allow(*WORKERS)
def close(site: str, incident: str) -> Any:
    """Closes it."""
    return _act(
        site, incident, "close", _("事件已关闭"),
        lambda: run_at(
            site, close_incident, incident_id=incident, outcome=text("outcome"), note=text("note"),
            reason=text("reason")[:200],
        ),
    )  # fmt: skip


@pages.post("/<site>/incidents/<incident>/reopening")
@allow(*WORKERS)
def reopen(site: str, incident: str) -> Any:
    """Opens it again."""
    return _act(
        site, incident, "reopen", _("事件已重新打开"),
        lambda: run_at(site, reopen_incident, incident_id=incident, reason=text("reason")),
    )  # fmt: skip


@pages.post("/<site>/incidents/<incident>/links")
@allow(*WORKERS)
def link(site: str, incident: str) -> Any:
    """Links another incident, or takes the link back."""
    act = unlink_incidents if text("undo") else link_incidents
    return _act(
        site, incident, "links", _("已解除关联") if text("undo") else _("已关联"),
        lambda: run_at(site, act, incident_id=incident, other_id=text("other"), reason=text("reason")[:200]),
    )  # fmt: skip


@pages.post("/<site>/incidents/<incident>/particulars")
@allow(*UNMASKERS)
def unmask(site: str, incident: str) -> Any:
    """Shows the particulars once, on this page alone; the look is in the access log."""
    try:
        seen = run_at(site, unmask_person, incident_id=incident, purpose=text("purpose"))
    except SizaoError as fault:
        if fault.status != 422:
            raise
        return page(site, incident, at="person", given=request.form, fault=fault)
    return page(site, incident, seen=seen)
