"""Imports as pages: sending a file, its preview and result, the list."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from common.errors import Invalid, SizaoError, not_found
from common.roles import Role
from common.web.access import allow
from common.web.language import language
from common.web.request import caller, host, page_site, run, sites
from screening.downloads import file_answer
from screening.usecases.entrances import list_entrances
from screening.usecases.imports import Sent, import_paper
from screening.usecases.imports_read import get_import, list_imports, refused_file

pages = Blueprint("imports_pages", __name__)
IMPORTERS = (Role.MONITOR, Role.COORDINATOR, Role.ADMIN)


@pages.get("/<site>/imports")
@allow(*IMPORTERS)
def listing(site: str) -> str:
    """The form to send a file, and what was sent before."""
    return _page(page_site(site))


@pages.post("/<site>/imports")
@allow(*IMPORTERS)
def send(site: str) -> Any:
    """Takes a file in, or shows what it would give."""
    code, given = page_site(site), request.form
    try:
        sent = _sent(code)
        found = import_paper(host(), caller(), sites(), sent)
    except SizaoError as refused:
        return _page(code, error=refused.words(language())), refused.status
    if found.import_id is None:
        return render_template("screening/import_preview.html", found=found, filename=sent.filename, given=given)
    flash(_("已导入 {n} 条记录").format(n=found.counts["accepted"]), "success")
    return redirect(url_for("imports_pages.one", site=code, import_id=found.import_id), 303)


@pages.get("/<site>/imports/<import_id>")
@allow(*IMPORTERS)
def one(site: str, import_id: str) -> str:
    """What came of a file."""
    view = run(get_import, import_id=import_id)
    if view.row.site != page_site(site):
        raise not_found("import", "导入记录", import_id[:40])
    refused = list(dict.fromkeys(line.sheet for line in view.lines if line.outcome == "refused"))
    return render_template("screening/import.html", view=view, refused_sheets=refused)


@pages.get("/<site>/imports/<import_id>/refused")
@allow(*IMPORTERS)
def refused(site: str, import_id: str) -> Any:
    """The refused lines as a file to correct and send again."""
    page_site(site)
    try:
        found = run(
            refused_file, import_id=import_id, sheet=request.args.get("sheet") or None, english=language() == "en"
        )
    except SizaoError as problem:
        if problem.code == "not_found":
            raise
        flash(problem.words(language()), "error")
        return redirect(url_for("imports_pages.one", site=site, import_id=import_id), 303)
    return file_answer(*found)


def _sent(site: str) -> Sent:
    given, file = request.form, request.files.get("file")
    if file is None or not file.filename:
        raise Invalid("import.no_file", "Choose a file.", "请选择文件。", field="file")
    day = given.get("day", "").strip()
    try:
        on = date.fromisoformat(day) if day else None
    except ValueError:
        raise Invalid("day.form", "The day is no date.", "日期格式不对。", field="day") from None
    dry = given.get("dry_run") == "1"
    return Sent(file.stream.read(), file.filename, site, given.get("entrance") or None, on, dry_run=dry)


def _page(site: str, *, error: str = "") -> str:
    return render_template(
        "screening/imports.html",
        page=run(list_imports, site=site, after=request.args.get("after")),
        entrance_options=[(one.code, one.name) for one in run(list_entrances, site=site)],
        given=request.form,
        error=error,
    )
