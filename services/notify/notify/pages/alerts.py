"""The alert board and one alert: what must be done now first, in one tap."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from common.errors import Conflict
from common.roles import Role
from common.web.access import allow
from common.web.language import pick
from common.web.request import caller, page_site, run
from notify.domain.groups import ANSWERERS, READERS, may_answer
from notify.domain.states import Mark, mark_of
from notify.models import Alert
from notify.pages import words
from notify.usecases.acknowledging import acknowledge
from notify.usecases.alerts import AlertView, list_alerts, read_alert
from notify.usecases.board import read_board
from notify.usecases.routes import list_routes

pages = Blueprint("alerts_pages", __name__)


@pages.get("/<site>/alerts")
@allow(*READERS)
def board(site: str) -> str:
    """What waits for an answer, then what is being handled, then what was."""
    found = run(read_board, site=page_site(site))
    nobody = []
    if caller().holds(site, Role.ADMIN, Role.COORDINATOR, Role.LEADER):
        nobody = [one.rule for one in run(list_routes, site=site) if not one.people]
    return render_template(
        "notify/alerts.html", board=found, nobody=nobody, words=words, may_take=may_take, seconds=seconds_of
    )


@pages.get("/<site>/alerts/history")
@allow(*READERS)
def history(site: str) -> str:
    """Every alert, by state, a page at a time."""
    state = request.args.get("state") or None
    page = run(list_alerts, site=page_site(site), state=state, after=request.args.get("after") or None, limit=100)
    return render_template("notify/history.html", page=page, words=words, seconds=seconds_of)


@pages.get("/<site>/alerts/<alert_id>")
@allow(*READERS)
def one(site: str, alert_id: str) -> str:
    """An alert with its ladder, history and messages."""
    view, lines, messages = run(read_alert, alert_id=alert_id, site=page_site(site))
    return render_template(
        "notify/alert.html", view=view, alert=view.alert, lines=lines, messages=messages, words=words,
        may_take=may_take, seconds=seconds_of, title=words.title_of(view.alert),
        skipped={line.details.get("rung") for line in lines if line.what == "skipped"},
    )  # fmt: skip


@pages.post("/<site>/alerts/<alert_id>/acknowledgement")
@allow(*ANSWERERS)
def take(site: str, alert_id: str) -> Response:
    """我来处理, or the confirmation of the mark that was seen."""
    mark: Mark = mark_of(request.form.get("mark", "none"))
    try:
        taken = run(acknowledge, alert_id=alert_id, mark=mark, site=page_site(site))
    except Conflict as changed:
        flash(pick(changed.en, changed.zh), "warning")
        return redirect(url_for("alerts_pages.one", site=site, alert_id=alert_id), 303)
    alert = taken.view.alert
    if taken.first or mark != "none":
        flash(_("已确认，后续通知已停止。"), "success")
    else:
        flash(_("%(name)s 已先一步处理。", name=alert.acknowledged_name or ""), "info")
    return redirect(url_for("alerts_pages.one", site=site, alert_id=alert_id), 303)


def may_take(view: AlertView) -> bool:
    """Whether the reader is offered to take this alert."""
    alert = view.alert
    roles = caller().grants.get(alert.site, frozenset())
    return view.rings or may_answer(roles, group=alert.group, reaches_nobody=alert.reaches_nobody)


def seconds_of(alert: Alert, at: datetime | None) -> float | None:
    """Seconds from the finding to `at`."""
    return None if at is None else max(0.0, (at - alert.found_at).total_seconds())
