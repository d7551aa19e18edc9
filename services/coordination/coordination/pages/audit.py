"""The audit log: entries, whether the chain holds, the export, who looked at what."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, Response, request

from common.roles import Role
from common.web.access import allow
from common.web.request import page_site, run
from coordination.downloads import zip_file
from coordination.pages.forms import show
from coordination.usecases.audit_log import Filter, export_audit, list_access, list_entries, verify_chain

page = Blueprint("audit_pages", __name__)


@page.get("/<site>/audit")
@allow(Role.AUDITOR)
def audit(site: str) -> Response:
    """Entries with filters, the newest first."""
    code = page_site(site)
    wanted = Filter(
        request.args.get("action", "")[:100], request.args.get("actor", "")[:100], _day("first"), _day("last")
    )
    found = run(list_entries, site=code, wanted=wanted, after=request.args.get("after"), limit=100)
    verified = run(verify_chain, site=code) if request.args.get("verify") else None
    return show("audit.html", code=code, page=found, verified=verified)


@page.post("/<site>/audit/export")
@allow(Role.AUDITOR)
def export(site: str) -> Response:
    """The chain as a ZIP with its checker."""
    code = page_site(site)
    return zip_file(run(export_audit, site=code), code)


@page.get("/<site>/audit/access")
@allow(Role.AUDITOR)
def access(site: str) -> Response:
    """Who looked at which personal value, and what for."""
    code = page_site(site)
    return show("access.html", code=code, rows=run(list_access, site=code))


def _day(name: str) -> date | None:
    try:
        return date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None
