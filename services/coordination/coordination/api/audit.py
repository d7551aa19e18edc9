"""The audit log of this service."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from flask import Response, jsonify
from pydantic import Field

from common.roles import Role
from common.web.access import allow
from common.web.api import Answer, ListQuery, answer_page, api_blueprint
from common.web.request import run
from coordination.api.groups import SiteQuery
from coordination.downloads import zip_file
from coordination.usecases.audit_log import Filter, export_audit, list_entries, verify_chain

api = api_blueprint("audit")


class AuditQuery(ListQuery):
    """Which entries: actions that begin with a word, one actor, days."""

    site: str = Field(max_length=40)
    action: str = Field(default="", max_length=100)
    actor: str = Field(default="", max_length=100)
    first: date | None = None
    last: date | None = None


class EntryOut(Answer):
    """An entry of the chain; `particulars` null: erased."""

    id: str
    position: int
    at: datetime
    actor: str
    action: str
    subject: str
    hash: str
    particulars: dict[str, Any] | None


@api.get("/audit")
@allow(Role.AUDITOR)
def listing(query: AuditQuery) -> Response:
    """Entries, the newest first."""
    wanted = Filter(query.action, query.actor, query.first, query.last)
    page = run(list_entries, site=query.site, wanted=wanted, after=query.after, limit=query.limit)
    return answer_page(page, EntryOut.model_validate)


@api.get("/audit/verification")
@allow(Role.AUDITOR)
def verification(query: SiteQuery) -> Response:
    """Whether the chain holds."""
    found = run(verify_chain, site=query.site)
    return jsonify(
        {
            "site": found.site,
            "holds": found.holds,
            "position": found.head.position,
            "head": found.head.hash,
            "broken_at": found.broken_at,
            "reason": found.reason,
            "altered": list(found.altered),
        }
    )


@api.post("/audit/export")
@allow(Role.AUDITOR)
def export(query: SiteQuery) -> Response:
    """The chain as a ZIP with a checker that needs nothing but Python."""
    return zip_file(run(export_audit, site=query.site), query.site)
