"""What a program may send: whole, plain JSON of the right kind and size; everything else gets words, never a 500."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.test import Client, TestResponse

from common.roles import Role
from common.testing.system import EmbeddedSystem

PATH = "/screening/api/v1/things"
GOOD = {"site": "main", "words": "hello"}


@pytest.fixture
def send(small: EmbeddedSystem) -> Callable[..., TestResponse]:
    token = small.token({"main": [Role.MONITOR]})

    def post(body: Any, kind: str = "application/json", path: str = PATH, **headers: str) -> TestResponse:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        whole = {"Authorization": f"Bearer {token}", "Accept-Language": "zh", **headers}
        return Client(small.wsgi).post(path, data=data, content_type=kind, headers=whole)

    return post


def nested(levels: int) -> dict[str, Any]:
    inner: dict[str, Any] = {}
    for _ in range(levels):
        inner = {"a": inner}
    return {**GOOD, "inner": inner}


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b'{"site": "main", "words": "hel', 400, "body.json"),
        (b"", 400, "body.missing"),
        (b"{", 400, "body.json"),
        (b"hello", 400, "body.json"),
        (b'{"site": NaN}', 400, "body.json"),
        (b'{"site": Infinity}', 400, "body.json"),
        (b'{"words": "\xff\xfe"}', 400, "body.json"),
        (b'{"words": "a\\u0000b"}', 400, "body.json"),
        (b'{"words": "a\\ud800b"}', 400, "body.json"),
        (b"[1, 2]", 400, "body.object"),
        (b'"{\\"site\\": \\"main\\"}"', 400, "body.object"),
        (b"null", 400, "body.object"),
        (b"[" * 100_000, 400, "body.deep"),
        (b'{"a":' * 50_000 + b"1" + b"}" * 50_000, 400, "body.deep"),
        (b'{"words": "' + b"x" * 1_000_000 + b'"}', 413, "body.large"),
        (b"{}", 422, "input.invalid"),
    ],
)
def test_bodies_that_can_not_be_taken(send: Callable[..., TestResponse], body: bytes, status: int, code: str) -> None:
    answer = send(body)
    assert (answer.status_code, answer.get_json()["code"]) == (status, code)
    assert answer.mimetype == "application/problem+json"
    assert any("\u4e00" <= letter <= "\u9fff" for letter in answer.get_json()["detail"])


def test_depth_is_counted_by_levels_not_by_brackets(send: Callable[..., TestResponse]) -> None:
    wide = {**GOOD, "inner": {str(n): [{}] for n in range(500)}}
    assert send(wide).status_code == 201
    assert send({**GOOD, "inner": {"text": "[" * 100}}).status_code == 201
    assert send(nested(19)).status_code == 201
    assert send(nested(20)).get_json()["code"] == "body.deep"


def test_emoji_and_rare_characters_are_text(send: Callable[..., TestResponse]) -> None:
    assert send(b'{"site": "main", "words": "\\ud83d\\ude37 \xf0\xa0\xae\xb7"}').status_code == 201


def test_a_body_of_unknown_length_is_limited_too(small: EmbeddedSystem) -> None:
    token = small.token({"main": [Role.MONITOR]})

    def chunked(content: bytes) -> int:
        environ = {
            "wsgi.input": io.BytesIO(content), "wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked",
            "CONTENT_TYPE": "application/json", "HTTP_AUTHORIZATION": f"Bearer {token}",
        }  # fmt: skip
        answer = Client(small.wsgi).post(PATH, environ_overrides=environ)
        return answer.status_code

    assert chunked(json.dumps(GOOD).encode()) == 201
    assert chunked(b'{"words": "' + b"x" * 1_000_000 + b'"}') == 413
    assert chunked(b"{") == 400


def test_another_content_type(send: Callable[..., TestResponse]) -> None:
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""):
        answer = send(b"site=main", kind)
        assert (kind, answer.status_code) == (kind, 415)
        assert "application/json" in answer.get_json()["detail"]
    assert send(GOOD, "application/vnd.sizao+json").status_code == 201
    assert send(GOOD, path="/screening/api/v1/files").status_code == 415
    assert send(b"x", "text/csv", path="/screening/api/v1/files").status_code == 415


def test_an_upload_that_is_too_large_or_holds_a_null_character(small: EmbeddedSystem) -> None:
    guard = small.api("main", Role.MONITOR)
    assert guard.upload("/screening/api/v1/files", b"abc", "a.csv", site="main").get_json() == {
        "bytes": 3,
        "site": "main",
    }
    refused = guard.upload("/screening/api/v1/files", b"abc", "a.csv", site="ma\x00in")
    assert (refused.status_code, refused.get_json()["field"]) == (400, "site")
    token = small.token({"main": [Role.MONITOR]})
    large = Client(small.wsgi).post(
        "/screening/api/v1/files",
        data=b"--x\r\n",
        content_type="multipart/form-data; boundary=x",
        headers={"Authorization": f"Bearer {token}"},
        environ_overrides={"CONTENT_LENGTH": str(33 * 1024 * 1024)},
    )
    assert large.status_code == 413
    assert guard.upload("/screening/api/v1/files", b"abc", "a.csv").get_json()["field"] == "site"


def test_null_characters_in_an_address(small: EmbeddedSystem) -> None:
    guard = small.api("main", Role.MONITOR)
    assert guard.get(PATH, site="ma\x00in").status_code == 400
    assert guard.get("/screening/main/registers/a%00b").status_code == 400


@pytest.mark.parametrize(
    ("change", "field", "zh", "en"),
    [
        ({"words": 5}, "words", "应为文字", "valid string"),
        ({"words": "x"}, "words", "至少填写 2 个字", "at least 2 characters"),
        ({"words": "x" * 101}, "words", "最多 100 个字", "at most 100 characters"),
        ({"count": 0}, "count", "不能小于 1", "greater than or equal to 1"),
        ({"count": 1.5}, "count", "应为整数", "valid integer"),
        ({"count": "many"}, "count", "应为整数", "valid integer"),
        ({"day": "tomorrow"}, "day", "应为日期", "valid date"),
        ({"inner": []}, "inner", "应为对象", "valid dictionary"),
        ({"mask": True}, "mask", "不认识此项", "not permitted"),
    ],
)
def test_faults_of_the_input_in_both_languages(
    send: Callable[..., TestResponse], change: dict[str, Any], field: str, zh: str, en: str
) -> None:
    for language, words in (("zh-CN", zh), ("en", en)):
        answer = send({**GOOD, **change}, **{"Accept-Language": language})
        body = answer.get_json()
        assert answer.status_code == 422
        assert body["field"] == field
        assert words in body["detail"]
        assert words in body["errors"][0]["detail"]


def test_what_was_sent_is_not_repeated(send: Callable[..., TestResponse]) -> None:
    answer = send({**GOOD, "day": "110101196001019603", "count": "110101196001019603x"})
    assert answer.status_code == 422
    assert "110101196001019603" not in answer.get_data(as_text=True)


def test_a_query_that_is_wrong(small: EmbeddedSystem) -> None:
    guard = small.api("main", Role.MONITOR)
    for query in ({"limit": 0}, {"limit": 501}, {"limit": "x"}, {"limt": 5}):
        assert guard.get(PATH, **query).status_code == 422
