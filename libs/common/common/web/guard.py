"""What happens before each view: trace, sign-in, permission, forgery of forms; only then is the input looked at."""

from __future__ import annotations

import hashlib
import hmac
import time
from urllib.parse import quote

import structlog
from flask import Flask, current_app, g, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from common.caller import Caller
from common.errors import Forbidden, Unauthenticated, Unavailable
from common.observe.trace import begin_trace
from common.secrets.current import get_keyring
from common.web.access import Access, access_of
from common.web.body import MAX_UPLOAD, StrictRequest, limit_json, note_bodies, read_body
from common.web.headers import PROBES, finish, is_static
from common.web.limits import check_rate
from common.web.problems import wants_page
from common.web.request import host
from common.web.tokens import read_token

SESSION_COOKIE = "sizao_session"
CSRF_HEADER = "X-CSRF-Token"
CSRF_FIELD = "csrf_token"
SIGN_IN = "/coordination/sign-in"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
NOBODY = Caller(id="anybody", name="")


def install_guard(app: Flask) -> None:
    """Registers the guard; `check_access` must be called once all views are there."""
    app.request_class = StrictRequest
    app.config.setdefault("MAX_CONTENT_LENGTH", MAX_UPLOAD)
    app.before_request(_begin)
    app.before_request(_authorize)
    app.before_request(check_rate)
    app.before_request(read_body)
    app.after_request(finish)


def check_access(app: Flask) -> None:
    """Refuses to start an application with a route that does not say who may call it."""
    silent = sorted(
        f"{rule.rule} ({rule.endpoint})"
        for rule in app.url_map.iter_rules()
        if access_of(app.view_functions[rule.endpoint]) is None
    )
    if silent:
        raise RuntimeError(f"these routes do not say who may call them: {', '.join(silent)}")
    note_bodies(app)


def csrf_token(token_id: str) -> str:
    """The token that a session's forms carry; no other session's passes."""
    return hmac.new(get_keyring().index_key, b"csrf:" + token_id.encode(), hashlib.sha256).hexdigest()[:40]


def _begin() -> None:
    begin_trace(request.headers.get("traceparent"))
    structlog.contextvars.clear_contextvars()
    g.sizao_started = time.perf_counter()
    limit_json()


def _authorize() -> BaseResponse | None:
    if is_static(request.endpoint) or request.endpoint in PROBES:
        return None
    if request.url_rule is None:
        _greet_the_lost()
        return None
    access = access_of(current_app.view_functions[request.url_rule.endpoint])
    assert access is not None
    token, from_cookie = _token()
    if request.method not in SAFE:
        _refuse_other_origin(from_program=token is not None and not from_cookie)
    if access.public:
        if token:
            _recognise(token)
        return None
    try:
        if not token:
            raise Unauthenticated("token.missing", "Please sign in.", "请先登录。")
        who = host().run(read_token, NOBODY, (), token=token)
    except Unauthenticated as refused:
        if request.method in SAFE and wants_page():
            return _to_sign_in()
        raise refused
    _permit(access, who)
    if from_cookie and request.method not in SAFE:
        _check_forgery(who)
    return None


def _recognise(token: str) -> None:
    """On a public route: who is signed in, if anybody; one not believed, or not to be checked now, is nobody's."""
    try:
        g.sizao_caller = host().run(read_token, NOBODY, (), token=token)
        g.sizao_sites = g.sizao_caller.sites()
    except (Unauthenticated, Unavailable):
        g.pop("sizao_caller", None)


def _greet_the_lost() -> None:
    """A person at a path that is not there keeps his navigation."""
    token, _ = _token()
    if token and wants_page():
        _recognise(token)


def _permit(access: Access, who: Caller) -> None:
    g.sizao_caller, g.sizao_sites = who, who.sites(*access.roles)
    structlog.contextvars.bind_contextvars(caller=who.id)
    if who.id.startswith("device:") and not access.devices:
        raise Forbidden("device.route", "A device's key does not open this.", "设备密钥不能访问此地址。")
    if not g.sizao_sites:
        raise Forbidden("role.missing", "Your roles do not allow this.", "您的角色不允许此操作。")


def _to_sign_in() -> BaseResponse:
    """The sign-in page, which leads back to the page that was asked for."""
    back = request.script_root + request.full_path.rstrip("?")
    return redirect(f"{SIGN_IN}?next={quote(back, safe='/')}")


def _token() -> tuple[str | None, bool]:
    """The token of a request and whether a browser sent it by itself (in a cookie)."""
    scheme, _, credentials = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return credentials.strip() or None, False
    cookie = request.cookies.get(SESSION_COOKIE)
    return (cookie, True) if cookie else (None, False)


def _refuse_other_origin(*, from_program: bool) -> None:
    """A browser says when another site's page makes it send something; programs say nothing."""
    if not from_program and request.headers.get("Sec-Fetch-Site") in {"cross-site", "same-site"}:
        raise Forbidden(
            "csrf.origin", "Another website sent this: nothing was done.", "该请求来自其他网站，未作任何处理。"
        )


def _check_forgery(who: Caller) -> None:
    given = request.headers.get(CSRF_HEADER)
    if given is None:
        given = request.form.get(CSRF_FIELD, "")
    if not hmac.compare_digest(given.encode(), csrf_token(who.token_id).encode()):
        raise Forbidden(
            "csrf", "The form is out of date: load the page again and repeat.", "页面已过期：请刷新页面后重新提交。"
        )
