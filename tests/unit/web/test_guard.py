"""Who gets in: sign-in, permission before anything else, forms of other sites, and no route that is silent about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Blueprint
from werkzeug.test import Client

from common.clock import SystemClock
from common.host import Host
from common.roles import Role
from common.service import Service
from common.settings import Settings
from common.testing.system import EmbeddedSystem
from common.web.app import create_app

THING = {"site": "main", "words": "hello"}
PATH = "/screening/api/v1/things"


def test_a_route_that_does_not_say_who_may_call_it_keeps_the_application_from_starting(
    make_service: Callable[..., Service],
) -> None:
    silent = Blueprint("silent", __name__)
    silent.add_url_rule("/secret", "secret", lambda: "x")
    host = Host(make_service(pages=[silent]), Settings(database="sqlite://"), SystemClock())
    with pytest.raises(RuntimeError, match=r"/secret \(silent\.secret\)"):
        create_app(host)
    host.close()


def test_permission_is_checked_before_the_input(small: EmbeddedSystem) -> None:
    broken: dict[str, Any] = {"data": b"{not json", "content_type": "application/json"}
    bearer = {"Authorization": f"Bearer {small.token({'main': [Role.STOREKEEPER]})}"}
    client = Client(small.wsgi)
    assert client.post(PATH, **broken).status_code == 401
    assert client.post(PATH, **broken, headers=bearer).status_code == 403
    assert client.post(PATH, data=b"x" * 2_000_000, content_type="application/json").status_code == 401
    assert client.post("/screening/api/v1/files", data=b"x", content_type="text/plain").status_code == 401


def test_a_person_is_led_to_the_sign_in_page_and_back(small: EmbeddedSystem) -> None:
    answer = Client(small.wsgi).get(
        "/screening/main/today?day=2021-03-01&entrance=main", headers={"Accept": "text/html"}
    )
    assert answer.status_code == 302
    assert answer.location == ("/coordination/sign-in?next=/screening/main/today%3Fday%3D2021-03-01%26entrance%3Dmain")


def test_a_form_sent_without_signing_in_shows_a_page_that_offers_to(small: EmbeddedSystem) -> None:
    answer = Client(small.wsgi).post("/screening/main/today", headers={"Accept": "text/html"})
    assert answer.status_code == 401
    assert "/coordination/sign-in" in answer.get_data(as_text=True)


def test_a_form_needs_its_own_sessions_token(small: EmbeddedSystem, written: Callable[[], list[str]]) -> None:
    token = small.token({"main": [Role.MONITOR]}, token_id="one")
    client = Client(small.wsgi)
    client.set_cookie("sizao_session", token)
    from common.web.guard import csrf_token

    for wrong in ({}, {"X-CSRF-Token": ""}, {"X-CSRF-Token": "é"}, {"X-CSRF-Token": csrf_token("another")}):
        refused = client.post(PATH, json=THING, headers=wrong)
        assert (refused.status_code, refused.get_json()["code"]) == (403, "csrf")
    assert written() == []
    assert client.post(PATH, json=THING, headers={"X-CSRF-Token": csrf_token("one")}).status_code == 201
    assert written() == ["hello"]


def test_a_form_of_another_website_does_nothing(small: EmbeddedSystem) -> None:
    browser = Client(small.wsgi)
    for origin, status in (("cross-site", 403), ("same-site", 403), ("same-origin", 200), ("none", 200)):
        answer = browser.post("/screening/words", headers={"Sec-Fetch-Site": origin})
        assert (origin, answer.status_code) == (origin, status)


def test_the_scheme_of_a_token_is_read_in_any_case(small: EmbeddedSystem) -> None:
    token = small.token({"main": [Role.MONITOR]})
    answers = [
        Client(small.wsgi).get(PATH, headers={"Authorization": f"{scheme} {token}"}).status_code
        for scheme in ("Bearer", "bearer", "BEARER", "Basic")
    ]
    assert answers == [200, 200, 200, 401]


def test_a_device_opens_only_what_is_for_devices(small: EmbeddedSystem) -> None:
    device = small.api("main", Role.COORDINATOR, Role.MONITOR, account="device:1")
    assert device.get("/screening/api/v1/events").status_code == 200
    refused = device.get(PATH)
    assert (refused.status_code, refused.get_json()["code"]) == (403, "device.route")


def test_head_options_and_other_methods(small: EmbeddedSystem) -> None:
    guard = small.api("main", Role.MONITOR)
    assert guard.request("HEAD", PATH).status_code == 200
    assert "POST" in guard.request("OPTIONS", PATH).headers["Allow"]
    wrong = guard.request("DELETE", PATH)
    assert wrong.status_code == 405
    assert "POST" in wrong.headers["Allow"]
    assert wrong.get_json()["detail"] == "该地址不支持此方法。"
    assert Client(small.wsgi).open(PATH, method="HEAD").status_code == 401


def test_every_answer_forbids_what_pages_do_not_need(small: EmbeddedSystem) -> None:
    for answer in (
        small.browser("main", Role.MONITOR).get("/screening/main/today"),
        small.api("main", Role.MONITOR).get(PATH),
        Client(small.wsgi).get("/screening/nowhere"),
    ):
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "unsafe" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "store" in answer.headers["Cache-Control"] or "private" in answer.headers["Cache-Control"]
        assert "Cookie" in answer.headers["Vary"]
