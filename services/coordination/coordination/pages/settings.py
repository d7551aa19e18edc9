"""What a site may set: names, phones, when registers are due, how long data is kept."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, request
from flask_babel import gettext as _

from common.roles import Role
from common.site import PHONES, SiteSettings
from common.web.access import allow
from common.web.request import page_site, run
from coordination.pages.forms import attempt, done, show, text, version_field
from coordination.usecases.sites import change_site, show_site

page = Blueprint("settings_pages", __name__)
KEPT = ("checks", "incidents", "messages", "access_log", "events")


@page.get("/<site>/settings")
@allow(Role.ADMIN)
def settings(site: str) -> Response:
    """The form."""
    return _show(page_site(site), [], 200)


@page.post("/<site>/settings")
@allow(Role.ADMIN)
def send_settings(site: str) -> Response:
    """Stores what the site sets."""
    code = page_site(site)

    def change() -> Response:
        given: dict[str, Any] = {
            "phones": {name: text(f"phone_{name}", 40) for name in PHONES},
            "register_due": text("register_due", 8),
            "notice": text("notice", 4000),
            "notice_version": text("notice_version", 20),
            "retention": {**{name: text(f"keep_{name}", 6) for name in KEPT}, "archive": "archive" in request.form},
        }
        run(
            change_site, code=code, expected=version_field(), name=text("name"), name_en=text("name_en"),
            timezone=text("timezone", 60), settings=given,
        )  # fmt: skip
        flash(_("已保存"))
        return done(f"/coordination/{code}/settings")

    return attempt(change, lambda faults, status: _show(code, faults, status))


def _show(code: str, faults: list[dict[str, str | None]], status: int) -> Response:
    row = run(show_site, code=code)
    words = SiteSettings.model_validate(row.settings)
    return show("settings.html", status, code=code, row=row, settings=words, phones=PHONES, kept=KEPT, faults=faults)
