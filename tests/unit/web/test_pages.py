"""What every page shows: its site and the way to another, navigation by role, language, messages, shared files."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
from werkzeug.test import Client

from common.clock import SystemClock
from common.copies.tables import SiteCopy
from common.data.session import open_session
from common.host import Host
from common.roles import Role
from common.service import installed_services
from common.settings import Settings
from common.testing.system import Browser, EmbeddedSystem
from common.web.access import access_of
from common.web.app import create_app
from common.web.navigation import NAVIGATION

TODAY = "/screening/main/today"


def links(page: str) -> list[str]:
    nav = re.search(r'<nav class="sz-nav".*?</nav>', page, re.DOTALL)
    return re.findall(r'<a href="([^"]+)"', nav[0]) if nav else []


def two_sites(small: EmbeddedSystem, *roles: Role) -> Browser:
    token = small.token({"main": roles, "branch": roles}, token_id="t")
    return Browser(small, token, "t", "zh")


def text(browser: Browser, path: str, **query: str) -> str:
    answer = browser.get(path, **query)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def test_navigation_shows_what_the_readers_roles_open(small: EmbeddedSystem) -> None:
    guard = links(text(small.browser("main", Role.MONITOR), TODAY))
    assert "/screening/main/desk" in guard
    assert not [link for link in guard if link.startswith("/coordination/")]
    security = links(text(small.browser("main", Role.SECURITY), TODAY))
    assert security == ["/coordination/main/accounts"]


def test_the_entry_of_the_page_at_hand_is_marked(small: EmbeddedSystem) -> None:
    page = text(small.browser("main", Role.MONITOR), "/screening/main/registers/2021-03-01")
    assert re.findall(r'href="([^"]+)" aria-current="page"', page) == ["/screening/main/registers"]


def test_the_switcher_keeps_the_page_and_its_filters(small: EmbeddedSystem) -> None:
    page = text(two_sites(small, Role.MONITOR), TODAY, day="2021-03-01", after="cursor", _scheme="javascript")
    assert 'href="/screening/branch/today?day=2021-03-01&amp;_scheme=javascript"' in page
    assert 'aria-current="true">哈尔滨市某局' in page


def test_from_one_things_page_the_switcher_leads_to_the_list(small: EmbeddedSystem) -> None:
    page = text(two_sites(small, Role.MONITOR), "/screening/main/registers/2021-03-01")
    assert 'href="/screening/branch/registers"' in page


def test_with_one_site_there_is_nothing_to_switch(small: EmbeddedSystem) -> None:
    page = text(small.browser("main", Role.MONITOR), TODAY)
    assert "哈尔滨市某局" in page
    assert "分局" not in page


def test_live_alerts_are_for_those_who_act_on_them(small: EmbeddedSystem) -> None:
    assert 'data-sites="branch,main"' in text(two_sites(small, Role.EMERGENCY), TODAY)
    quiet = text(small.browser("main", Role.SECURITY), TODAY)
    assert "live-bar" not in quiet
    assert "live.js" not in quiet


def test_the_trial_says_so(small: EmbeddedSystem) -> None:
    browser = small.browser("main", Role.MONITOR)
    assert "试用环境" not in text(browser, TODAY)
    host = small.hosts["screening"]
    with open_session(host.engine, None) as db:
        db.get_one(SiteCopy, "main").trial = True
        db.commit()
    assert "试用环境" in text(browser, TODAY)


def test_the_language_is_chosen_kept_and_leads_back(small: EmbeddedSystem) -> None:
    browser = small.browser("main", Role.MONITOR)
    page = text(browser, TODAY, day="2021-03-01")
    switch = re.search(r'href="(/screening/language[^"]+)"', page)
    assert switch is not None
    address, _, query = switch[1].replace("&amp;", "&").partition("?")
    answer = browser.get(address, **dict(parse_qsl(query)))
    assert answer.status_code == 302
    assert answer.location == f"{TODAY}?day=2021-03-01"
    english = text(browser, TODAY)
    assert '<html lang="en">' in english
    assert "Test bureau main" in english
    assert "Entrance desk" in english


@pytest.mark.parametrize(
    "address",
    ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example", "javascript:x", "", "/\nb"],
)
def test_the_language_switch_leads_nowhere_else(small: EmbeddedSystem, address: str) -> None:
    answer = Client(small.wsgi).get("/screening/language", query_string={"to": "en", "next": address})
    assert answer.status_code == 302
    assert answer.location == "/"


def test_a_language_that_is_not_there(small: EmbeddedSystem) -> None:
    assert Client(small.wsgi).get("/screening/language?to=fr").status_code == 422


def test_cookies_are_secure_over_https_and_never_read_by_scripts(small: EmbeddedSystem) -> None:
    for scheme, secure in (("http", False), ("https", True)):
        answer = Client(small.wsgi).get("/screening/language?to=en", base_url=f"{scheme}://localhost")
        cookie = answer.headers["Set-Cookie"]
        assert ("Secure" in cookie) is secure
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie


def test_a_message_is_shown_once_after_a_form_and_is_text(small: EmbeddedSystem) -> None:
    browser = small.browser("main", Role.MONITOR)
    page = browser.post(TODAY, follow=True).get_data(as_text=True)
    assert "已放行 &lt;b&gt;王*明&lt;/b&gt;" in page
    assert "已放行" not in text(browser, TODAY).partition("</header>")[2].partition("sz-tiles")[0]


def test_a_message_that_somebody_else_made_is_not_shown(small: EmbeddedSystem) -> None:
    client = Client(small.wsgi)
    client.set_cookie("sizao_flash", "eyJfZmxhc2hlcyI6W3siIHQiOlsic3VjY2VzcyIsImZha2UiXX1dfQ.YDwAAA.xxxxxxxxxxxxxx")
    answer = client.get("/screening/words")
    assert answer.status_code == 200
    assert "fake" not in answer.get_data(as_text=True)


def test_an_upload_by_script_learns_where_to_go(small: EmbeddedSystem) -> None:
    from common.web.guard import csrf_token

    client = Client(small.wsgi)
    client.set_cookie("sizao_session", small.token({"main": [Role.MONITOR]}, token_id="t"))
    answer = client.post(TODAY, headers={"X-Sizao-Follow": "self", "X-CSRF-Token": csrf_token("t")})
    assert (answer.status_code, answer.headers["X-Sizao-Follow"]) == (200, TODAY)
    assert "已放行" in client.get(TODAY, headers={"Accept": "text/html"}).get_data(as_text=True)


def test_what_a_reader_typed_is_never_markup(small: EmbeddedSystem) -> None:
    page = Client(small.wsgi).get("/screening/words", query_string={"word": "<script>alert(1)</script>"})
    assert "<script>alert" not in page.get_data(as_text=True)


def test_no_page_has_inline_script_or_style_or_leaves_the_installation(small: EmbeddedSystem) -> None:
    browser = two_sites(small, *Role)
    for path in (TODAY, "/screening/main/sheet", "/screening/api/", "/screening/words"):
        page = text(browser, path)
        assert not re.search(r"<script(?![^>]*\ssrc=)[^>]*>|<style|\sstyle=|\son[a-z]+=|javascript:", page)
        assert not re.search(r'(?:src|href|action)="(?:https?:)?//', page)


def test_shared_files_are_there_and_may_be_kept(small: EmbeddedSystem) -> None:
    browser = small.browser("main", Role.MONITOR)
    client = Client(small.wsgi)
    found = re.findall(r'(?:src|href)="(/screening/(?:shared|bootstrap)/[^"#]+)', text(browser, TODAY))
    assert {Path(address.partition("?")[0]).name for address in found} >= {
        "sizao.css",
        "print.css",
        "page.js",
        "icons.svg",
    }
    for address in set(found):
        answer = client.get(address)
        assert answer.status_code == 200
        if "?v=" in address:
            assert "immutable" in answer.headers["Cache-Control"]
        answer.close()
    plain = client.get("/screening/shared/api.js")
    assert plain.headers["Cache-Control"] == "no-cache"
    again = client.get("/screening/shared/api.js", headers={"If-None-Match": plain.headers["ETag"]})
    assert again.status_code == 304
    plain.close()
    again.close()
    assert client.get("/screening/shared/../layout.py").status_code == 404
    assert client.get("/favicon.ico").mimetype == "image/svg+xml"


def test_every_icon_that_a_page_names_is_drawn(small: EmbeddedSystem) -> None:
    drawn = set(re.findall(r'<symbol id="([^"]+)"', Path("libs/common/common/web/static/icons.svg").read_text()))
    used = set(re.findall(r"icons\.svg[^#]*#([a-z-]+)", text(two_sites(small, *Role), TODAY)))
    assert used <= drawn
    assert {entry.icon for group in NAVIGATION for entry in group.entries} <= drawn


@pytest.mark.parametrize("name", sorted(installed_services()))
def test_each_entry_of_the_navigation_opens_for_each_of_its_roles(name: str) -> None:
    """An entry that leads nowhere, or to a refusal, helps nobody."""
    host = Host(installed_services()[name], Settings(database="sqlite://"), SystemClock())
    app = create_app(host)
    host.close()
    adapter = app.url_map.bind("localhost")
    wrong = []
    for entry in [entry for group in NAVIGATION for entry in group.entries if entry.path.startswith(f"/{name}/")]:
        path = entry.path.format(site="main").removeprefix(f"/{name}")
        if not adapter.test(path, "GET"):
            wrong.append(f"{entry.path} leads nowhere")
            continue
        access = access_of(app.view_functions[adapter.match(path, "GET")[0]])
        assert access is not None
        wrong += [f"{entry.path} refuses {role}" for role in sorted(entry.roles - access.roles)]
    assert wrong == []
