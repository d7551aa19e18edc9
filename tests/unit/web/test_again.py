"""Requests that come again: keys, versions, rates."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import Client

from common.caller import Caller
from common.events.tables import IdempotencyKey
from common.op import Op
from common.roles import Role
from common.runtime.mount import mount
from common.settings import Settings
from common.testing.system import EmbeddedSystem
from common.web.idempotency import once, purge_keys
from common.web.limits import MOST_KEYS, SiteRates

PATH = "/screening/api/v1/things"
BODY = {"site": "main", "words": "hello"}


def test_a_request_sent_again_has_its_effect_once_and_the_same_answer(
    small: EmbeddedSystem, written: Callable[[], list[str]]
) -> None:
    guard = small.api("main", Role.MONITOR)
    first = guard.post(PATH, BODY, key="k1")
    again = guard.post(PATH, dict(reversed(BODY.items())), key="k1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.get_json() == again.get_json()
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"
    assert written() == ["hello"]
    assert guard.post(PATH, BODY, key="k2").get_json() != first.get_json()
    assert guard.post(PATH, BODY).status_code == 201
    assert len(written()) == 3


def test_a_key_with_another_body_is_a_conflict(small: EmbeddedSystem, written: Callable[[], list[str]]) -> None:
    guard = small.api("main", Role.MONITOR)
    guard.post(PATH, BODY, key="k1")
    refused = guard.post(PATH, {**BODY, "words": "other"}, key="k1")
    assert (refused.status_code, refused.get_json()["code"]) == (409, "idempotency.other_body")
    assert written() == ["hello"]


def test_a_key_is_of_its_site(small: EmbeddedSystem) -> None:
    small.api("main", Role.MONITOR).post(PATH, BODY, key="k1")
    other = small.api("branch", Role.MONITOR).post(PATH, {**BODY, "site": "branch"}, key="k1")
    assert other.status_code == 201
    assert "Idempotent-Replayed" not in other.headers


def test_a_request_that_failed_does_not_use_up_its_key(small: EmbeddedSystem, written: Callable[[], list[str]]) -> None:
    guard = small.api("main", Role.MONITOR)
    with pytest.raises(RuntimeError):
        guard.post(PATH, {**BODY, "words": "fails"}, key="k1")
    assert guard.post(PATH, BODY, key="k1").status_code == 201
    assert written() == ["hello"]


@pytest.mark.parametrize("key", ["", "x" * 121, "k\u00e9y", "a\tb"])
def test_keys_that_are_none(small: EmbeddedSystem, key: str) -> None:
    refused = small.api("main", Role.MONITOR).post(PATH, BODY, key=key)
    assert (refused.status_code, refused.get_json()["code"]) == (422, "idempotency.key")


def test_two_at_once_with_one_key(small: EmbeddedSystem, written: Callable[[], list[str]]) -> None:
    answers: list[Any] = []
    guard = small.api("main", Role.MONITOR)
    threads = [
        threading.Thread(target=lambda: answers.append(small.api("main", Role.MONITOR).post(PATH, BODY, key="k1")))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.get_json()["id"] for answer in answers}) == 1
    assert written() == ["hello"]
    assert guard.post(PATH, BODY, key="k1").headers["Idempotent-Replayed"] == "true"


def test_keys_are_forgotten_after_seven_days(small: EmbeddedSystem) -> None:
    guard = small.api("main", Role.MONITOR)
    guard.post(PATH, BODY, key="old")
    small.clock.move(days=6)
    guard = small.api("main", Role.MONITOR)
    guard.post(PATH, BODY, key="young")
    small.clock.move(days=1, seconds=1)
    host = small.hosts["screening"]
    assert host.run(lambda op: purge_keys(op, "main"), Caller("system:screening", ""), {"main"}) == 1

    def left(op: Op) -> bool:
        return op.db.get(IdempotencyKey, ("main", "things", "young")) is not None

    assert host.run(left, Caller("system:screening", ""), {"main"})
    assert host.run(lambda op: once(op, scope="x", site="main", key=None, digest=""), Caller("a", ""), {"main"}) is None


def test_a_change_names_the_version_it_changes(small: EmbeddedSystem) -> None:
    guard = small.api("main", Role.MONITOR)
    path = f"{PATH}/1"
    assert guard.request("PUT", path, BODY).status_code == 428
    for stale in ('"2"', 'W/"3"', '"33"', "3x"):
        assert guard.request("PUT", path, BODY, {"If-Match": stale}).status_code == 412
    for good in ('"3"', '"2", "3"', "*"):
        answer = guard.request("PUT", path, BODY, {"If-Match": good})
        assert (answer.status_code, answer.headers["ETag"]) == (200, '"4"')


def test_a_list_that_did_not_change_is_not_sent_again(small: EmbeddedSystem) -> None:
    guard = small.api("main", Role.MONITOR)
    first = guard.get(PATH)
    mark = {"If-None-Match": first.headers["ETag"]}
    same = guard.request("GET", PATH, headers=mark)
    assert (same.status_code, same.get_data()) == (304, b"")
    guard.post(PATH, BODY)
    assert guard.request("GET", PATH, headers=mark).status_code == 200
    assert first.headers["Cache-Control"] == "private, no-cache"


def limited(tmp_path: Path, small: EmbeddedSystem, per_minute: int) -> None:
    host = small.hosts["screening"]
    host.settings = Settings(data=tmp_path, requests_per_minute=per_minute)
    small.wsgi = mount(small.hosts, TESTING=True)


def test_a_noisy_site_slows_itself_and_no_other(small: EmbeddedSystem, tmp_path: Path) -> None:
    limited(tmp_path, small, 3)
    noisy = small.api("main", Role.MONITOR)
    answers = [noisy.get(PATH) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert 1 <= int(answers[3].headers["Retry-After"]) <= 20
    assert answers[3].mimetype == "application/problem+json"
    assert small.api("main", Role.AUDITOR).get(PATH).status_code == 429
    assert small.api("branch", Role.MONITOR).get(PATH).status_code == 200
    client = Client(small.wsgi)
    for _ in range(5):
        assert client.get("/screening/healthz").status_code == 200
        client.get("/screening/shared/api.js").close()
    assert [client.get("/screening/words").status_code for _ in range(4)] == [200, 200, 200, 429]
    refused = client.get("/screening/words", headers={"Accept": "text/html"})
    assert (refused.status_code, refused.mimetype) == (429, "text/html")


def test_no_limit_when_it_is_switched_off(small: EmbeddedSystem, tmp_path: Path) -> None:
    limited(tmp_path, small, 0)
    assert {small.api("main", Role.MONITOR).get(PATH).status_code for _ in range(50)} == {200}


def test_a_bucket_fills_evenly() -> None:
    now = [0.0]
    rates = SiteRates(60, seconds=lambda: now[0])
    assert [rates.take("a") for _ in range(60)] == [0.0] * 60
    assert rates.take("a") == pytest.approx(1.0)
    assert rates.take("b") == 0.0
    now[0] = 1.0
    assert rates.take("a") == 0.0
    assert rates.take("a") > 0


def test_the_memory_of_rates_is_bounded() -> None:
    rates = SiteRates(60, seconds=lambda: 0.0)
    for number in range(MOST_KEYS * 3):
        rates.take(f"address:{number}")
    assert len(rates._buckets) <= MOST_KEYS + 1
