"""Errors as RFC 9457 problems for programs, as pages for people."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

import structlog
from flask import Flask, Response, current_app, render_template, request
from pydantic import ValidationError
from werkzeug.exceptions import HTTPException

from common.errors import SizaoError, TooMany, Unavailable
from common.observe.trace import trace_id
from common.web.language import language

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
    422: ("The input has errors.", "填写内容有误。"),
    429: ("Too many requests: wait a little.", "请求过于频繁,请稍候。"),
    500: ("Something went wrong on our side: it was recorded.", "系统出错,已记录。"),
    503: ("Not available at the moment.", "暂时不可用。"),
}


def install_problems(app: Flask) -> None:
    """Registers the handlers of every kind of error."""
    app.register_error_handler(SizaoError, _of_ours)
    app.register_error_handler(HTTPException, _of_http)
    app.register_error_handler(Exception, _unexpected)


def wants_page() -> bool:
    """Whether the reader is a person with a browser (and not at an API address)."""
    return (
        "/api/" not in request.path
        and request.accept_mimetypes.best_match(["text/html", "application/json", "application/problem+json"])
        == "text/html"
    )


def problem_body(status: int, code: str, detail: str, **more: Any) -> dict[str, Any]:
    """The members of a problem answer."""
    title = WORDS.get(status, WORDS[500])[0 if language() == "en" else 1]
    body = {"type": f"urn:sizao:problem:{code}", "title": title, "status": status, "code": code, "detail": detail}
    body.update({key: value for key, value in more.items() if value is not None})
    if trace := trace_id():
        body["trace"] = trace
    return body


def problem_response(status: int, code: str, detail: str, **more: Any) -> Response:
    """A problem for whoever asks: JSON or a page."""
    if wants_page():
        text = render_template(
            "common/problem.html", status=status, code=code, detail=detail, trace=trace_id(),
            heading=WORDS.get(status, WORDS[500])[0 if language() == "en" else 1].rstrip(".。"),
            errors=more.get("errors"), back=_back(),
        )  # fmt: skip
        return Response(text, status=status, mimetype="text/html")
    body = json.dumps(problem_body(status, code, detail, **more), ensure_ascii=False)
    return Response(body, status=status, mimetype="application/problem+json")


def _back() -> str:
    """The page the reader came from, if it is one of ours and not this one; else the front page."""
    came = urlsplit(request.referrer or "")
    if came.netloc != request.host or came.path == request.script_root + request.path and request.method == "GET":
        return "/"
    return came.path + (f"?{came.query}" if came.query else "")


def validation_faults(wrong: ValidationError) -> list[dict[str, str]]:
    """Each fault of an input: where it is and what is wrong. The input itself is never repeated."""
    return [
        {"field": ".".join(str(part) for part in fault["loc"]), "code": fault["type"], "detail": fault["msg"]}
        for fault in wrong.errors(include_url=False, include_input=False, include_context=False)
    ][:50]


def on_validation_error(wrong: ValidationError) -> Response:
    """The answer to a body or query that does not fit its model."""
    faults = validation_faults(wrong)
    first = faults[0]
    words = (
        f"{len(faults)} field(s) are wrong; the first is '{first['field']}': {first['detail']}"
        if language() == "en"
        else f"有{len(faults)}处填写有误;第一处为“{first['field']}”:{first['detail']}"
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
    words = WORDS.get(status, WORDS[500])
    answer = problem_response(status, f"http.{status}", words[0 if language() == "en" else 1])
    for name, value in problem.get_headers():
        if name in {"Allow", "Retry-After"}:
            answer.headers[name] = value
    return answer


def _unexpected(problem: Exception) -> Response:
    log.exception("request.failed", route=request.url_rule.rule if request.url_rule else None)
    if current_app.testing:
        raise problem
    return problem_response(500, "internal", WORDS[500][0 if language() == "en" else 1])
