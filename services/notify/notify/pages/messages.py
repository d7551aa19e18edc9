"""The log of messages; in a trial, all that would have been sent."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask_babel import gettext as _

from common.roles import Role
from common.web.access import allow
from common.web.request import page_site, run
from notify.pages import words
from notify.usecases.messages import list_messages

pages = Blueprint("messages_pages", __name__)
STATES = ("queued", "sending", "delivered", "failed", "cancelled", "shown")


@pages.get("/<site>/messages")
@allow(Role.ADMIN, Role.COORDINATOR, Role.EMERGENCY, Role.LEADER, Role.AUDITOR)
def listing(site: str) -> str:
    """Messages, the newest first."""
    state = request.args.get("state") or None
    page = run(
        list_messages, site=page_site(site), alert_id=request.args.get("alert") or None,
        state=state if state in STATES else None, after=request.args.get("after") or None, limit=100,
    )  # fmt: skip
    return render_template(
        "notify/messages.html", page=page, words=words,
        states=[("", _("全部")), *((one, words.message_badge(one)[0]) for one in STATES)],
    )  # fmt: skip
