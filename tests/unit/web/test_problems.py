"""Errors: a problem for programs, a page for people, each in the reader's language."""

from __future__ import annotations

from pathlib import Path

import pytest
from werkzeug.test import Client

from common.roles import Role
from common.runtime.mount import mount
from common.testing.system import EmbeddedSystem

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.fixture
def live(small: EmbeddedSystem) -> EmbeddedSystem:
    """As in production: what is not foreseen becomes an answer."""
    small.wsgi = mount(small.hosts)
    return small


def test_an_unknown_path_is_a_page_for_people_and_a_problem_for_programs(small: EmbeddedSystem) -> None:
    client = Client(small.wsgi)
    page = client.get("/screening/nowhere", headers={"Accept": BROWSER})
    assert page.status_code == 404
    assert page.mimetype == "text/html"
    assert "<h1>这里没有内容</h1>" in page.get_data(as_text=True)
    assert 'href="/"' in page.get_data(as_text=True)
    for accept in ("application/json", "*/*", None):
        answer = client.get("/screening/nowhere", headers={"Accept": accept} if accept else {})
        assert answer.mimetype == "application/problem+json"
        body = answer.get_json()
        assert {"type", "title", "status", "code", "detail"} <= body.keys()
        assert body["status"] == 404
    assert client.get("/screening/api/v1/nowhere", headers={"Accept": BROWSER}).mimetype == "application/problem+json"


@pytest.mark.parametrize("path", ["/nowhere", "/nowhere/main/today", "/inventory/api/v1/items"])
def test_a_path_of_no_service(small: EmbeddedSystem, path: str) -> None:
    client = Client(small.wsgi)
    page = client.get(path, headers={"Accept": BROWSER})
    assert page.status_code == 404
    answer = client.get(path)
    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")
    assert answer.get_json()["detail"] == "这里没有内容。"


def test_a_site_that_is_not_the_readers_is_not_there(small: EmbeddedSystem) -> None:
    for site in ("branch", "nowhere", "x" * 100):
        answer = small.browser("main", Role.MONITOR).get(f"/screening/{site}/today")
        assert answer.status_code == 404
        assert "某局阿城分局" not in answer.get_data(as_text=True)


def test_the_problem_page_leads_back_where_the_reader_came_from(small: EmbeddedSystem) -> None:
    client = Client(small.wsgi)
    came = {"Accept": BROWSER, "Referer": "http://localhost/screening/words?word=a"}
    assert 'href="/screening/words?word=a"' in client.get("/screening/nowhere", headers=came).get_data(as_text=True)
    strange = {"Accept": BROWSER, "Referer": "http://elsewhere.example/x"}
    assert "elsewhere" not in client.get("/screening/nowhere", headers=strange).get_data(as_text=True)


def test_what_is_not_foreseen_says_nothing_of_its_inside(live: EmbeddedSystem) -> None:
    answer = live.api("main", Role.MONITOR).get("/screening/api/v1/broken")
    assert answer.status_code == 500
    assert answer.get_json()["detail"] == "系统出错，已记录。"
    assert "not foreseen" not in answer.get_data(as_text=True)


def test_the_language_of_a_problem(small: EmbeddedSystem) -> None:
    client = Client(small.wsgi)
    assert client.get("/screening/nowhere", headers={"Accept-Language": "en-GB"}).get_json()["title"] == (
        "There is nothing here."
    )
    assert client.get("/screening/nowhere", headers={"Accept-Language": "fr"}).get_json()["title"] == "这里没有内容。"


def test_a_database_that_is_away_is_said_on_a_page(live: EmbeddedSystem, tmp_path: Path) -> None:
    browser = live.browser("main", Role.MONITOR)
    assert browser.get("/screening/main/today").status_code == 200
    for host in live.hosts.values():
        host.close()
    for file in tmp_path.glob("screening.db*"):
        file.unlink()
    (tmp_path / "screening.db").mkdir()
    answer = browser.get("/screening/main/today")
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert "数据库暂时无法连接" in answer.get_data(as_text=True)
    assert browser.get("/screening/healthz").status_code == 200
    assert browser.get("/screening/words").status_code == 200
