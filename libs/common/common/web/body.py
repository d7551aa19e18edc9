"""Reading a request's body before a view does, so that what can't be read is said in words."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Callable
from typing import Any

from flask import Flask, Request, current_app, request
from flask.json.provider import DefaultJSONProvider

from common.errors import Malformed, TooLarge, Unsupported

MAX_JSON = 1_000_000
MAX_UPLOAD = 32 * 1024 * 1024
MAX_DEPTH = 20
FORM_TYPES = frozenset({"multipart/form-data", "application/x-www-form-urlencoded"})
_ESCAPED_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


class StrictJson(DefaultJSONProvider):
    """JSON as the standard has it: no NaN or Infinity, in or out; Chinese is not escaped."""

    ensure_ascii = False

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        """Reads JSON; raises ValueError for what is not JSON, NaN and Infinity included."""
        return json.loads(s, parse_constant=_not_json, **kwargs)


def _not_json(word: str) -> Any:
    raise ValueError(f"{word} is not JSON")


class StrictRequest(Request):
    """A request whose JSON is refused in words."""

    def on_json_loading_failed(self, e: ValueError | None) -> Any:
        """Raises Malformed for a body that is not JSON."""
        if isinstance(e, json.JSONDecodeError):
            raise _unreadable(
                f"line {e.lineno}, column {e.colno}: {e.msg}",
                f"第 {e.lineno} 行第 {e.colno} 列起无法识别（可能不完整）",
            ) from e
        if isinstance(e, UnicodeError):
            raise _unreadable("it is not UTF-8 text", "不是 UTF-8 文字") from e
        if e is None:
            raise _other_type("application/json")
        raise _unreadable(str(e), "含有 JSON 不允许的数值（如 NaN）") from e


def wanted_body(view: Callable[..., Any]) -> str | None:
    """`json` for a view with a `body` model, `form` for one with a `form` model, else none."""
    names = inspect.signature(view).parameters
    return "json" if "body" in names else "form" if "form" in names else None


def note_bodies(app: Flask) -> None:
    """Remembers what kind of body each view takes; call it when all views are there."""
    app.extensions["sizao.bodies"] = {name: wanted_body(view) for name, view in app.view_functions.items()}


def read_body() -> None:
    """Raises Malformed, TooLarge or Unsupported for a body, query or path that no view could take."""
    _refuse_null_characters()
    if request.url_rule is None or request.method in {"GET", "HEAD", "OPTIONS"}:
        return
    wanted = current_app.extensions["sizao.bodies"].get(request.endpoint)
    has_body = bool(request.content_length) or request.headers.get("Transfer-Encoding") is not None
    if request.is_json:
        if wanted == "form" and has_body:
            raise _other_type("multipart/form-data")
        _read_json(wanted=wanted == "json")
    elif wanted == "json" and has_body:
        raise _other_type("application/json")
    elif wanted == "json":
        raise Malformed("body.missing", "The body is missing: send JSON.", "缺少请求内容：请发送 JSON。")
    elif (request.content_length or 0) > MAX_UPLOAD:
        raise TooLarge("body.large", "The file is over 32 MB: split it.", "文件超过 32 MB：请拆分后上传。")
    elif request.mimetype in FORM_TYPES:
        _refuse_null_in_form()
    elif wanted == "form" and has_body:
        raise _other_type("multipart/form-data")


def _other_type(expected: str) -> Unsupported:
    return Unsupported(
        "body.type",
        "The body is of another kind: send {expected}.",
        "请求内容的类型不对：应为 {expected}。",
        expected=expected,
    )


def _read_json(*, wanted: bool) -> None:
    """Parses the body once, for the view too."""
    limit = json_limit()
    data = b"" if (request.content_length or 0) > limit else request.get_data(cache=True)
    if max(request.content_length or 0, len(data)) > limit:
        raise TooLarge("body.large", "The body is over {n} bytes.", "请求内容超过 {n} 字节。", n=limit)
    if not data:
        if wanted:
            raise Malformed("body.missing", "The body is missing: send JSON.", "缺少请求内容：请发送 JSON。")
        return
    try:
        parsed = request.get_json()
    except RecursionError as wrong:
        raise _deep() from wrong
    if not isinstance(parsed, dict):
        raise Malformed("body.object", "The body must be a JSON object.", "请求内容应为 JSON 对象。")
    _check_depth(parsed)
    _check_characters(data, parsed)


def limit_json() -> None:
    """Stops reading a JSON body of unknown length one byte after its limit, where it is known to be too large."""
    if request.is_json:
        request.max_content_length = json_limit() + 1


def json_limit() -> int:
    """The longest JSON body in bytes."""
    return int(current_app.config.get("MAX_JSON", MAX_JSON))


def _check_characters(data: bytes, parsed: Any) -> None:
    """Raises Malformed for escapes of what is no text: U+0000 and half a surrogate pair."""
    if b"\\u0000" in data:
        raise _unreadable("it holds the character U+0000", "含有不允许的字符（U+0000）")
    if _ESCAPED_SURROGATE.search(data):
        try:
            json.dumps(parsed, ensure_ascii=False).encode()
        except UnicodeError as wrong:
            raise _unreadable("it holds half a surrogate pair", "含有不完整的字符（半个代理对）") from wrong


def _check_depth(parsed: Any) -> None:
    """Raises Malformed for JSON that nests deeper than we take."""
    level, depth = [parsed], 0
    while level:
        depth += 1
        if depth > MAX_DEPTH + 1:
            raise _deep()
        level = [
            inner
            for outer in level
            for inner in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(inner, dict | list)
        ]


def _refuse_null_characters() -> None:
    """No text of ours holds U+0000, and PostgreSQL takes none."""
    for text in (request.path, *request.args.values()):
        if "\x00" in text:
            raise Malformed(
                "text.null", "The address holds the character U+0000.", "地址中含有不允许的字符（U+0000）。"
            )


def _refuse_null_in_form() -> None:
    for name in request.form:
        if any("\x00" in value for value in request.form.getlist(name)):
            raise Malformed(
                "text.null",
                "The field '{name}' holds the character U+0000.",
                "“{name}”中含有不允许的字符（U+0000）。",
                field=name,
                name=name,
            )


def _deep() -> Malformed:
    return Malformed(
        "body.deep",
        "The JSON is nested deeper than {n} levels.",
        "JSON 嵌套超过 {n} 层。",
        n=MAX_DEPTH,
    )


def _unreadable(en: str, zh: str) -> Malformed:
    return Malformed(
        "body.json",
        "The body is not whole, plain JSON: {why}",
        "请求内容不是完整的 JSON：{why_zh}",
        why=en[:200],
        why_zh=zh,
    )
