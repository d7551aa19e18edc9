"""Routes and channels: where alerts go and by which ways."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from common.errors import Invalid, SizaoError
from common.roles import Role
from common.web.access import allow
from common.web.language import pick
from common.web.request import caller, host, page_site, run
from notify.courier import send_test
from notify.domain.channel_settings import KINDS
from notify.domain.groups import GROUP_WORDS
from notify.domain.routes import Severity
from notify.pages import words
from notify.pages.channel_forms import FORMS, SAMPLES, options_from
from notify.usecases.alerts import person_of
from notify.usecases.channels import add_channel, change_channel, list_channels, remove_channel
from notify.usecases.routes import change_route, list_routes

pages = Blueprint("setup_pages", __name__)


@pages.get("/<site>/routes")
@allow(Role.ADMIN, Role.COORDINATOR, Role.LEADER, Role.AUDITOR)
def routes(site: str) -> str:
    """Which group owns which event type."""
    return render_template(
        "notify/routes.html", routes=run(list_routes, site=page_site(site)), words=words,
        groups=[(code, words.group_words(code)) for code in GROUP_WORDS], may_change=caller().holds(site, Role.ADMIN),
    )  # fmt: skip


@pages.post("/<site>/routes")
@allow(Role.ADMIN)
def change(site: str) -> Response:
    """Sets one rule."""
    form = request.form
    severity: Severity = "severe" if form.get("severity") == "severe" else "ordinary"

    def store() -> None:
        version = form.get("version", "")
        run(
            change_route, site=page_site(site), event_type=form.get("event_type", ""), group=form.get("group", ""),
            severity=severity, ladder=form.get("ladder") == "1", version=int(version) if version.isdigit() else None,
        )  # fmt: skip

    return _done(store, _("规则已保存。"), url_for("setup_pages.routes", site=page_site(site)))


@pages.get("/<site>/channels")
@allow(Role.ADMIN, Role.AUDITOR)
def channels(site: str) -> str:
    """The site's channels."""
    kind = request.args.get("kind", "")
    return render_template(
        "notify/channels.html", channels=run(list_channels, site=page_site(site)), words=words,
        kinds=[(one, words.kind_words(one)) for one in KINDS], kind=kind if kind in KINDS else "", forms=FORMS,
        groups=[(code, words.group_words(code)) for code in GROUP_WORDS], may_change=caller().holds(site, Role.ADMIN),
        me=person_of(caller().id), samples=SAMPLES,
    )  # fmt: skip


@pages.post("/<site>/channels")
@allow(Role.ADMIN)
def add(site: str) -> Response:
    """Adds a channel."""
    form = request.form
    kind = form.get("kind", "")

    def store() -> None:
        run(
            add_channel, site=page_site(site), kind=kind, name=form.get("name", ""), address=form.get("address", ""),
            secret=form.get("secret") or None, groups=[one for one in form.getlist("groups") if one],
            options=_options(kind, form),
        )  # fmt: skip

    return _done(store, _("渠道已添加，请发送测试消息。"), url_for("setup_pages.channels", site=page_site(site)))


@pages.post("/<site>/channels/<channel_id>")
@allow(Role.ADMIN)
def alter(site: str, channel_id: str) -> Response:
    """Switches a channel on or off, takes it away, or tries it."""
    page_site(site)
    back = url_for("setup_pages.channels", site=site)
    act = request.form.get("act", "")
    if act == "test":
        _message, result = send_test(
            host(), run, channel_id=channel_id, person_id=request.form.get("person_id") or None
        )
        if result is None:
            flash(_("演示单位不外发：测试消息已列入消息记录。"), "info")
        elif result.ok:
            flash(_("对方已确认收到（%(code)s）。", code=result.code), "success")
        else:
            flash(_("对方未确认收到：%(code)s %(words)s", code=result.code, words=result.words), "error")
        return redirect(back, 303)
    if act == "remove":
        return _done(lambda: run(remove_channel, channel_id=channel_id), _("渠道已删除。"), back)
    nothing: dict[str, Any] = dict.fromkeys(("name", "address", "secret", "groups", "options"))
    enabled = act == "enable"
    return _done(
        lambda: run(change_channel, channel_id=channel_id, enabled=enabled, **nothing), _("渠道已保存。"), back
    )


def _options(kind: str, form: Any) -> dict[str, Any]:
    try:
        return options_from(kind, form)
    except json.JSONDecodeError as wrong:
        raise Invalid(
            "channel.body", "The body is not JSON: {why}", "消息体不是有效的JSON:{why}", field="body", why=wrong.msg
        ) from wrong


def _done(store: Any, words_done: str, back: str) -> Response:
    try:
        store()
    except SizaoError as wrong:
        if wrong.status not in {409, 412, 422}:
            raise
        flash(pick(wrong.en, wrong.zh), "error")
    else:
        flash(words_done, "success")
    return redirect(back, 303)
