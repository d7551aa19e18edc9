"""The front page, signing in and out, taking over a desk by PIN."""

from __future__ import annotations

from datetime import UTC

from flask import Blueprint, Response, flash, make_response, redirect, request
from flask_babel import gettext as _

from common.errors import SizaoError
from common.roles import Role
from common.web.access import allow, allow_any_role, allow_public
from common.web.guard import SESSION_COOKIE
from common.web.navigation import links_for
from common.web.page import page_sites, role_words
from common.web.request import caller, host, page_site, run, signed_in, sites
from coordination.pages.forms import attempt, check_origin, done, fault_of, local_path, show, text
from coordination.usecases.pins import sign_in_by_pin
from coordination.usecases.sessions import Session, sign_out
from coordination.usecases.sign_in import sign_in

page = Blueprint("front_pages", __name__)
HOME = "/coordination/"


@page.get("/")
@allow_public("leads to the sign-in")
def home() -> Response:
    """What the signed-in person can do now, at each of his sites."""
    who = signed_in()
    if who is None:
        return make_response(redirect("/coordination/sign-in"))
    parts = [
        (site, role_words(who, site.code), roles, first_task(roles, site.code), links_for(who, site.code, ""))
        for site in page_sites()
        for roles in (who.grants[site.code],)
    ]
    return show("home.html", parts=parts)


def first_task(roles: frozenset[Role], site: str) -> tuple[str, str, str] | None:
    """What a person of these roles most likely comes for: path, icon, title."""
    tasks = (
        (Role.MONITOR, f"/screening/{site}/desk", "door", _("打开入口登记")),
        (Role.EMERGENCY, f"/notify/{site}/alerts", "bell", _("查看告警")),
        (Role.COORDINATOR, f"/coordination/{site}/ledger", "tray", _("查看台账")),
        (Role.LEADER, f"/screening/{site}/today", "chart", _("今日总览")),
        (Role.ADMIN, f"/coordination/{site}/people", "person", _("管理人员")),
        (Role.SECURITY, f"/coordination/{site}/accounts", "key", _("管理账号")),
        (Role.AUDITOR, f"/coordination/{site}/audit", "shield", _("查看审计日志")),
    )
    return next(((path, icon, title) for role, path, icon, title in tasks if role in roles), None)


@page.get("/sign-in")
@allow_public("signing in")
def sign_in_form() -> Response:
    """The form; who is signed in already goes on."""
    way = local_path(request.args.get("next"), HOME)
    if signed_in() is not None:
        return make_response(redirect(way))
    return show("sign_in.html", next=way, login="", faults=[])


@page.post("/sign-in")
@allow_public("signing in")
def send_sign_in() -> Response:
    """Signs in and goes on to where the person wanted to go."""
    check_origin()
    way, login = local_path(request.form.get("next"), HOME), text("login", 200)
    try:
        session = sign_in(
            host(), login=login, password=request.form.get("password", ""), address=request.remote_addr or "-"
        )
    except SizaoError as problem:
        answer = show("sign_in.html", problem.status, next=way, login=login, faults=[fault_of(problem)])
        if "retry_after" in problem.params:
            answer.headers["Retry-After"] = str(problem.params["retry_after"])
        return answer
    return with_session(done(way), session)


@page.post("/sign-out")
@allow_any_role()
def send_sign_out() -> Response:
    """Ends the session here and everywhere."""
    run(sign_out)
    answer = done("/coordination/sign-in")
    answer.delete_cookie(SESSION_COOKIE, path="/")
    flash(_("已退出登录"))
    return answer


@page.get("/<site>/handover")
@allow(Role.MONITOR)
def handover_form(site: str) -> Response:
    """The form with which the next guard takes over the desk."""
    return show("handover.html", code=page_site(site), who="", faults=[])


@page.post("/<site>/handover")
@allow(Role.MONITOR)
def send_handover(site: str) -> Response:
    """The next guard takes over the desk by PIN; a PIN that does not fit leaves the desk as it is."""
    code, who = page_site(site), text("who", 60)

    def take_over() -> Response:
        session = sign_in_by_pin(host(), caller(), sites(), site=code, who=who, pin=text("pin", 12))
        return with_session(done(f"/screening/{code}/desk"), session)

    try:
        return attempt(
            take_over, lambda faults, status: show("handover.html", status, code=code, who=who, faults=faults)
        )
    except SizaoError as problem:
        if problem.status != 401:
            raise
        return show("handover.html", 422, code=code, who=who, faults=[fault_of(problem)])


def with_session(answer: Response, session: Session) -> Response:
    """Hands the session to the browser in a cookie that scripts can't read."""
    now = host().clock.now().astimezone(UTC)
    seconds = max(1, int((session.expires_at - now).total_seconds()))
    answer.set_cookie(
        SESSION_COOKIE, session.access_token, max_age=seconds, path="/", httponly=True, samesite="Lax",
        secure=request.is_secure,
    )  # fmt: skip
    return answer
