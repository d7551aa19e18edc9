"""Splitting by bytes, combining over the rate, and the configuration of channels."""

from __future__ import annotations

import base64
import hmac
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.errors import Invalid
from notify.channels.mail import Mail
from notify.channels.port import as_word, at_pointer
from notify.channels.provider import fill
from notify.channels.robots import dingtalk_sign, feishu_sign
from notify.channels.webhook import signature
from notify.domain.channel_settings import check_address, check_secret, checked_options
from notify.domain.sending import Waiting, plan_post, retry_after, split_text

CHARACTERS = st.characters(codec="utf-8")
TEXTS = st.text(CHARACTERS, max_size=400)


@given(TEXTS, st.integers(min_value=4, max_value=64))
def test_pieces_fit_their_bytes_and_joined_are_the_text(text: str, limit: int) -> None:
    pieces = split_text(text, limit)
    assert "".join(pieces) == text
    assert all(len(piece.encode()) <= limit for piece in pieces)
    assert all(pieces) or text == ""


def test_a_chinese_text_is_cut_between_characters_and_at_a_lines_end() -> None:
    assert split_text("发热" * 3, 7) == ["发热", "发热", "发热"]
    assert split_text("一二三\n四五六七", 15) == ["一二三\n", "四五六七"]


@given(
    st.lists(st.text(CHARACTERS, min_size=1, max_size=60), max_size=60),
    st.integers(min_value=0, max_value=20),
    st.integers(min_value=400, max_value=2048),
)
def test_every_waiting_alert_is_told_once_within_the_rate_or_waits(lines: list[str], budget: int, limit: int) -> None:
    waiting = [Waiting(str(number), line, line) for number, line in enumerate(lines)]
    told: list[str] = []
    posts = 0
    while (post := plan_post(waiting[len(told) :], budget - posts, limit)) is not None:
        posts += 1
        told += post.alerts
        assert len(post.text.encode()) <= limit
    assert told == [str(number) for number in range(len(told))]
    assert posts <= budget
    assert len(told) == len(lines) or posts == budget


def test_attempts_are_bounded() -> None:
    waits = [retry_after(attempt) for attempt in range(1, 7)]
    assert None in waits
    assert waits[waits.index(None) :] == [None] * (6 - waits.index(None))


@pytest.mark.parametrize(
    "address",
    [
        "https://127.0.0.1/x", "https://10.1.2.3/x", "https://192.168.1.1", "https://[fd00::1]/", "https://169.254.1.1/",
        "https://[::ffff:10.0.0.1]/", "http://example.org/", "ftp://example.org/", "https:///x", "example.org", "https://[bad",
        "https://user:secret@example.org/",
    ],
)  # fmt: skip
def test_addresses_that_no_message_may_go_to(address: str) -> None:
    with pytest.raises(Invalid):
        check_address("wecom", address, allow_private=False)


def test_addresses_that_may_be_spoken_to() -> None:
    check_address("wecom", "https://example.org/cgi-bin/webhook/send?key=x", allow_private=False)
    check_address("sms", "http://10.0.0.1/send", allow_private=True)
    check_address("email", "smtp://mail.example.org:25", allow_private=False)


@pytest.mark.parametrize(
    "secret", [None, "", "short", "whsec_", "whsec_!!", "whsec_" + base64.b64encode(b"x" * 8).decode()]
)
def test_a_webhooks_secret_has_its_form(secret: str | None) -> None:
    with pytest.raises(Invalid):
        check_secret("webhook", secret)


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("email", {}), ("email", {"sender": "nobody"}), ("wecom", {"colour": "red"}), ("sms", {}),
        ("sms", {"body": {}, "success_pointer": "code", "success_value": "0"}), ("voice", {"body": "x"}),
    ],
)  # fmt: skip
def test_options_that_cannot_work_are_refused_by_name(kind: str, options: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as refused:
        checked_options(kind, options)
    assert str(refused.value.field).startswith("options.")


def test_a_template_is_filled_inside_its_texts_alone() -> None:
    template = {"a": ["{{text}}", {"b": "to {{phone}}"}], "n": 3}
    filled = fill(template, {"text": '","x":"y', "phone": "1"})
    assert filled == {"a": ['","x":"y', {"b": "to 1"}], "n": 3}


def test_pointers_and_words_of_an_answer() -> None:
    document = {"a/b": [{"ok": True}], "n": 0, "none": None}
    assert as_word(at_pointer(document, "/a~1b/0/ok")) == "true"
    assert as_word(at_pointer(document, "/n")) == "0"
    assert [at_pointer(document, where) for where in ("/x", "/a~1b/7", "/n/z")] == [None, None, None]


def test_signatures_as_their_makers_document_them() -> None:
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    body = b'{"test": 2432232314}'
    assert signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", body) == (
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    )
    ding = hmac.digest(b"this is secret", b"1577262236757\nthis is secret", "sha256")
    assert base64.b64decode(dingtalk_sign("this is secret", "1577262236757")) == ding
    assert base64.b64decode(feishu_sign("demo", "1599360473")) == hmac.digest(b"1599360473\ndemo", b"", "sha256")


def test_the_installations_mail_server_in_one_address() -> None:
    mail = Mail("smtps://user%40x:pa%3Ass@mail.example.org?from=a@example.org", None, {})
    assert (mail.tls, mail.host, mail.port) == (True, "mail.example.org", 465)
    assert (mail.user, mail.password, mail.sender) == ("user@x", "pa:ss", "a@example.org")
