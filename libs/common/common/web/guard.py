"""What happens before each view: trace, size, sign-in, permission, forgery of forms."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from urllib.parse import quote

import structlog
from flask import Flask, Response, current_app, g, redirect, request

from common.caller import Caller
from common.errors import Forbidden, Malformed, TooLarge, Unauthenticated
from common.observe.metrics import REQUEST_SECONDS
from common.observe.trace import begin_trace
from common.secrets.current import get_keyring
from common.web.access import Access, access_of
from common.web.problems import wants_page
from common.web.request import host
from common.web.tokens import read_token

SESSION_COOKIE = "sizao_session"
CSRF_HEADER = "X-CSRF-Token"
CSRF_FIELD = "csrf_token"
MAX_JSON = 1_000_000
MAX_UPLOAD = 32 * 1024 * 1024
MAX_DEPTH = 20
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def install_guard(app: Flask) -> None:
    """Registers the guard; `check_access` must be called once all views are there."""
    app.before_request(_begin)
    app.before_request(_authorize)
    app.before_request(_read_body)
    app.after_request(_finish)


def check_access(app: Flask) -> None:
    """Refuses to start an application with a route that does not say who may call it."""
    silent = sorted(
        f"{rule.rule} ({rule.endpoint})"
        for rule in app.url_map.iter_rules()
        if access_of(app.view_functions[rule.endpoint]) is None
    )
    if silent:
        raise RuntimeError(f"these routes do not say who may call them: {', '.join(silent)}")


def csrf_token(token_id: str) -> str:
    """The token that a form of this session carries; no other session's passes."""
    return hmac.new(get_keyring().index_key, b"csrf:" + token_id.encode(), hashlib.sha256).hexdigest()[:40]


def _begin() -> None:
    begin_trace(request.headers.get("traceparent"))
    structlog.contextvars.clear_contextvars()
    g.sizao_started = time.perf_counter()


def _authorize() -> Response | None:
    if request.url_rule is None:
        return None
    access = access_of(current_app.view_functions[request.url_rule.endpoint])
    assert access is not None
    token, from_cookie = _token()
    if access.public:
        if token:
            try:
                g.sizao_caller = host().run(read_token, Caller(id="anybody", name=""), (), token=token)
                g.sizao_sites = g.sizao_caller.sites()
            except Unauthenticated:
                g.pop("sizao_caller", None)
        return None
    if not token:
        return _ask_to_sign_in(Unauthenticated("token.missing", "Please sign in.", "请先登录。"))
    try:
        who = host().run(read_token, Caller(id="anybody", name=""), (), token=token)
    except Unauthenticated as refused:
        return _ask_to_sign_in(refused)
    _permit(access, who)
    if from_cookie and request.method not in SAFE:
        _check_forgery(who)
    return None


def _permit(access: Access, who: Caller) -> None:
    sites = who.sites(*access.roles)
    if not sites:
        raise Forbidden("role.missing", "Your roles do not allow this.", "您的角色不允许此操作。")
    g.sizao_caller, g.sizao_sites = who, sites
    structlog.contextvars.bind_contextvars(caller=who.id)


def _ask_to_sign_in(refused: Unauthenticated) -> Response:
    if request.method in SAFE and wants_page():
        back = quote(
            request.full_path.rstrip("?") if request.script_root == "" else request.script_root + request.full_path
        )
        return redirect(f"/coordination/sign-in?next={back.rstrip('?')}")  # type: ignore[return-value]
    raise refused


def _token() -> tuple[str | None, bool]:
    header = request.headers.get("Authorization", "")
    if header.startswith("Bearer "):
        return header.removeprefix("Bearer ").strip(), False
    cookie = request.cookies.get(SESSION_COOKIE)
    return (cookie, True) if cookie else (None, False)


def _check_forgery(who: Caller) -> None:
    given = request.headers.get(CSRF_HEADER) or request.form.get(CSRF_FIELD, "")
    if not hmac.compare_digest(given, csrf_token(who.token_id)):
        raise Forbidden(
            "csrf", "The form is out of date: load the page again and repeat.", "页面已过期:请刷新页面后重新提交。"
        )


def _read_body() -> None:
    """Reads a JSON body before a view does, so that what can't be read is said in words."""
    length = request.content_length or 0
    if request.mimetype != "application/json":
        if length > MAX_UPLOAD:
            raise TooLarge("body.large", "The file is over 32 MB: split it.", "文件超过32MB:请拆分后上传。")
        return
    limit = int(current_app.config.get("MAX_JSON", MAX_JSON))
    if length > limit:
        raise TooLarge("body.large", "The body is over {n} bytes.", "请求内容超过{n}字节。", n=limit)
    if not length:
        return
    try:
        _depth(request.get_data(cache=True))
        json.loads(request.get_data(cache=True))
    except (ValueError, RecursionError) as wrong:
        raise Malformed(
            "body.json",
            "The body is not whole, plain JSON: {why}",
            "请求内容不是完整的JSON:{why}",
            why=str(wrong)[:200],
        ) from wrong


def _depth(body: bytes) -> None:
    """Raises ValueError for JSON that nests deeper than we take; brackets in strings do not count."""
    depth, in_string, escaped = 0, False, False
    for byte in body:
        if in_string:
            if escaped:
                escaped = False
            elif byte == 0x5C:
                escaped = True
            elif byte == 0x22:
                in_string = False
        elif byte == 0x22:
            in_string = True
        elif byte in b"[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise ValueError(f"nested deeper than {MAX_DEPTH} levels")
        elif byte in b"]}":
            depth -= 1


def _finish(answer: Response) -> Response:
    started = g.get("sizao_started")
    route = request.url_rule.rule if request.url_rule else "none"
    if started is not None:
        REQUEST_SECONDS.labels(host().service.name, route, request.method, str(answer.status_code)).observe(
            time.perf_counter() - started
        )
    headers = answer.headers
    headers.setdefault(
        "Content-Security-Policy",
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; "
        "form-action 'self'",
    )
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("X-Frame-Options", "DENY")
    headers.setdefault("Permissions-Policy", "camera=(self), microphone=(), geolocation=()")
    if request.endpoint and not request.endpoint.endswith("static"):
        headers.setdefault("Cache-Control", "no-store")
    return answer
