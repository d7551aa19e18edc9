"""Registers as pages: the list with what must be signed first, a day with its rows, its paper, its verification."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from common.audit.tree import short_head
from common.errors import Invalid, SizaoError, not_found
from common.roles import Role
from common.web.access import allow
from common.web.language import language
from common.web.request import caller, page_site, run
from screening.domain.reasons import said
from screening.domain.register_paper import EMPTY_LINES
from screening.downloads import file_answer
from screening.usecases.desk import today_at
from screening.usecases.registers import DAYS_LISTED, get_register, list_registers
from screening.usecases.registers_export import (
    Form,
    Paper,
    empty_file,
    empty_form,
    export_register,
    paper_register,
    unmask_allowed,
)
from screening.usecases.registers_sign import amend_register, sign_register
from screening.usecases.registers_verify import verify_register

pages = Blueprint("registers_pages", __name__)
READERS = (Role.MONITOR, Role.COORDINATOR, Role.LEADER, Role.ADMIN, Role.AUDITOR)
SIGNERS = (Role.MONITOR, Role.COORDINATOR, Role.LEADER, Role.ADMIN)
UNMASKERS = (Role.MONITOR, Role.COORDINATOR, Role.ADMIN)
SHOWN = 100


@pages.get("/<site>/registers")
@allow(*READERS)
def listing(site: str) -> str:
    """Days by entrance; what must be signed now stands first."""
    code = page_site(site)
    last = _asked_day() or run(today_at, site=code)
    lines = run(list_registers, site=code, last=last)
    older = date.fromordinal(last.toordinal() - DAYS_LISTED)
    return render_template(
        "screening/registers.html",
        lines=lines,
        now=[line for line in lines if line.due or line.to_amend],
        last=last,
        older=older,
        short_head=_short,
    )


@pages.get("/<site>/registers/<entrance>/form")
@allow(*READERS)
def form(site: str, entrance: str) -> Any:
    """The empty form: on paper, or as a file."""
    code = page_site(site)
    if request.args.get("form"):
        return file_answer(*run(empty_file, site=code, entrance=entrance, form=_form()))
    return _sheet(run(empty_form, site=code, entrance=entrance), entrance)


@pages.get("/<site>/registers/<entrance>/<day>")
@allow(*READERS)
def one(site: str, entrance: str, day: str) -> str:
    """A day of an entrance."""
    code, on = page_site(site), _day(day)
    view = run(get_register, site=code, entrance=entrance, day=on, after=request.args.get("after"), limit=SHOWN)
    return render_template(
        "screening/register.html",
        view=view,
        stand=view.stand,
        day=on,
        short_head=_short,
        absent=[(guard.ref, guard.name) for guard in view.waiting],
        mine=caller().id in {guard.ref for guard in view.waiting},
        signer=caller().holds(code, Role.MONITOR) or view.may_stand_in,
        future=on > run(today_at, site=code),
        may_unmask=run(unmask_allowed, site=code, day=on),
        words=lambda codes: "、".join(said(codes, language())),
    )


@pages.post("/<site>/registers/<entrance>/<day>/signature")
@allow(*SIGNERS)
def sign(site: str, entrance: str, day: str) -> Any:
    """Signs the reader's part, or an absent guard's."""
    given = request.form
    answer = _try(
        sign_register,
        site,
        entrance,
        day,
        on_behalf_of=given.get("on_behalf_of") or None,
        reason=given.get("reason") or None,
    )
    if answer is not None:
        sealed = _("登记表已签字并封存，封存码 {head}").format(head=_short(answer.head)) if answer.head else ""
        flash(sealed or _("已签字，等待其他监测员签字"), "success")
    return _back(site, entrance, day)


@pages.post("/<site>/registers/<entrance>/<day>/amendments")
@allow(*SIGNERS)
def amend(site: str, entrance: str, day: str) -> Any:
    """Amends a sealed register."""
    answer = _try(amend_register, site, entrance, day, reason=request.form.get("reason", ""))
    if answer is not None:
        flash(_("已更正并重新封存，封存码 {head}").format(head=_short(answer.head)), "success")
    return _back(site, entrance, day)


@pages.get("/<site>/registers/<entrance>/<day>/verification")
@allow(*READERS)
def verification(site: str, entrance: str, day: str) -> Any:
    """Whether everything is as it was sealed."""
    found = _try(verify_register, page_site(site), entrance, day)
    if found is None:
        return _back(site, entrance, day)
    return render_template(
        "screening/register_verification.html", found=found, entrance=entrance, short_head=_short, day=found.day
    )


@pages.get("/<site>/registers/<entrance>/<day>/print")
@allow(*READERS)
def paper(site: str, entrance: str, day: str) -> str:
    """The register on paper, people masked."""
    return _sheet(run(paper_register, site=page_site(site), entrance=entrance, day=_day(day)), entrance)


@pages.post("/<site>/registers/<entrance>/<day>/print")
@allow(*UNMASKERS)
def paper_whole(site: str, entrance: str, day: str) -> Any:
    """The register on paper, unmasked; written down in the access log."""
    purpose = request.form.get("purpose", "")
    found = _try(paper_register, page_site(site), entrance, day, unmask=True, purpose=purpose)
    return _back(site, entrance, day) if found is None else _sheet(found, entrance)


@pages.get("/<site>/registers/<entrance>/<day>/export")
@allow(*READERS)
def export(site: str, entrance: str, day: str) -> Response:
    """The register as a file, people masked."""
    return file_answer(*run(export_register, site=page_site(site), entrance=entrance, day=_day(day), form=_form()))


@pages.post("/<site>/registers/<entrance>/<day>/export")
@allow(*UNMASKERS)
def export_whole(site: str, entrance: str, day: str) -> Any:
    """The register as a file, unmasked; written down in the access log."""
    found = _try(
        export_register,
        page_site(site),
        entrance,
        day,
        form=_form(),
        unmask=True,
        purpose=request.form.get("purpose", ""),
    )
    return _back(site, entrance, day) if found is None else file_answer(*found)


def _sheet(found: Paper, entrance: str) -> str:
    return render_template(
        "screening/register_print.html",
        paper=found,
        entrance=entrance,
        blank_lines=range(1, EMPTY_LINES + 1) if found.day is None else (),
    )


def _try(function: Callable[..., Any], site: str, entrance: str, day: str, **arguments: Any) -> Any:
    """What the use case answers; nothing, and its words as a message, where it refuses."""
    try:
        return run(function, site=page_site(site), entrance=entrance, day=_day(day), **arguments)
    except SizaoError as refused:
        if refused.code in {"not_found", "site.foreign"}:
            raise
        flash(refused.words(language()), "error")
        return None


def _back(site: str, entrance: str, day: str) -> Any:
    return redirect(url_for("registers_pages.one", site=site, entrance=entrance, day=day), 303)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise not_found("register", "登记表", text[:20]) from None


def _asked_day() -> date | None:
    try:
        return date.fromisoformat(request.args.get("last", ""))
    except ValueError:
        return None


def _form() -> Form:
    asked = request.values.get("form", "xlsx")
    if asked == "csv":
        return "csv"
    if asked == "xlsx":
        return "xlsx"
    raise Invalid("export.form", "Files are xlsx or csv.", "文件格式为 xlsx 或 csv。", field="form")


def _short(head: bytes | None) -> str:
    return "" if head is None else short_head(bytes(head))
