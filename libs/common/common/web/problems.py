"""Errors as RFC 9457 problems for programs, as pages for people."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode, urlsplit

import structlog
from flask import Flask, Response, current_app, render_template, request
from pydantic import ValidationError
from werkzeug.exceptions import HTTPException

from common.errors import SizaoError, TooMany, Unavailable
from common.observe.trace import trace_id
from common.web.language import language, pick
from common.web.words import validation_faults

log = structlog.get_logger()

WORDS: dict[int, tuple[str, str]] = {
    400: ("The request can't be read.", "请求无法读取。"),
    401: ("Please sign in.", "请先登录。"),
    403: ("This is not allowed with your account.", "您的账号没有此权限。"),
    404: ("There is nothing here.", "这里没有内容。"),
    405: ("This address does not take that method.", "该地址不支持此方法。"),
    409: ("This contradicts what is stored.", "与已有记录冲突。"),
    412: ("Somebody changed this in the meantime.", "内容已被他人修改。"),
    413: ("The request is too large.", "请求内容过大。"),
    415: ("The body is of a kind that is not taken here.", "不支持该内容类型。"),
    428: ("Say which version you are changing (If-Match).", "请注明所修改内容的版本（If-Match）。"),
    422: ("The input has errors.", "填写内容有误。"),
    429: ("Too many requests: wait a little.", "请求过于频繁，请稍候。"),
    500: ("Something went wrong on our side: it was recorded.", "系统出错，已记录。"),
    503: ("Not available at the moment.", "暂时不可用。"),
}


def install_problems(app: Flask) -> None:
    """Registers the handlers of every kind of error."""
    app.register_error_handler(SizaoError, _of_ours)
    app.register_error_handler(HTTPException, _of_http)
    app.register_error_handler(Exception, _unexpected)


def wants_page() -> bool:
    """Whether the reader is a person with a browser (and not at an API address)."""
    accepts = request.accept_mimetypes
    return "/api/v" not in request.path and accepts["text/html"] > accepts["application/json"]


def status_words(status: int) -> str:
    """What a status means, in the reader's language."""
    return pick(*WORDS.get(status, WORDS[400] if status < 500 else WORDS[500]))


def problem_body(status: int, code: str, detail: str, **more: Any) -> dict[str, Any]:
    """The members of a problem answer."""
    title = status_words(status)
    body = {"type": f"urn:sizao:problem:{code}", "title": title, "status": status, "code": code, "detail": detail}
    body.update({key: value for key, value in more.items() if value is not None})
    if trace := trace_id():
        body["trace"] = trace
    return body


def problem_response(status: int, code: str, detail: str, **more: Any) -> Response:
    """A problem for whoever asks: JSON or a page."""
    if wants_page() and (page := _page(status, code, detail, more)) is not None:
        return page
    body = json.dumps(problem_body(status, code, detail, **more), ensure_ascii=False)
    return Response(body, status=status, mimetype="application/problem+json")


def _page(status: int, code: str, detail: str, more: dict[str, Any]) -> Response | None:
    """The problem as a page; `None` when not even that can be made."""
    try:
        text = render_template(
            "common/problem.html", status=status, code=code, detail=detail, trace=trace_id(), errors=more.get("errors"),
            heading=status_words(status).rstrip(".。"), back=_back(), sign_in=_sign_in() if status == 401 else None,
        )  # fmt: skip
    except Exception:
        log.exception("problem.page_failed", status=status)
        return None
    return Response(text, status=status, mimetype="text/html")


def _sign_in() -> str:
    """The sign-in page, leading back to the page that the reader came from."""
    return f"/coordination/sign-in?{urlencode({'next': _back()})}"


def _back() -> str:
    """The page the reader came from, if it is one of ours and not this one; else the front page."""
    came = urlsplit(request.referrer or "")
    if came.netloc != request.host or came.path == request.script_root + request.path:
        return "/"
    return came.path + (f"?{came.query}" if came.query else "")


def on_validation_error(wrong: ValidationError) -> Response:
    """The answer to a body or query that does not fit its model."""
    faults = validation_faults(wrong)
    first = faults[0]
    where = first["field"] or pick("the body", "请求内容")
    words = pick(
        f"{len(faults)} thing(s) to mend; the first is {where}: {first['detail']}",
        f"有 {len(faults)} 处填写有误；第一处为 {where}：{first['detail']}",
    )
    return problem_response(422, "input.invalid", words, field=first["field"], errors=faults)


def _of_ours(problem: SizaoError) -> Response:
    answer = problem_response(problem.status, problem.code, problem.words(language()), field=problem.field)
    if isinstance(problem, TooMany | Unavailable):
        answer.headers["Retry-After"] = str(problem.retry_after)
    if problem.status == 401:
        answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


def _of_http(problem: HTTPException) -> Response:
    if problem.response is not None:
        return problem.response  # type: ignore[return-value]
    status = problem.code or 500
    answer = problem_response(status, f"http.{status}", status_words(status))
    for name, value in problem.get_headers():
        if name in {"Allow", "Retry-After"}:
            answer.headers[name] = value
    return answer


def _unexpected(problem: Exception) -> Response:
    log.error("request.failed", route=request.url_rule.rule if request.url_rule else None, exc_info=problem)
    if current_app.testing:
        raise problem
    return problem_response(500, "internal", status_words(500))
