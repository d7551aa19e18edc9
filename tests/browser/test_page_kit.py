"""The page kit in a real browser: all components fit, obey the policy and the keyboard, and their scripts work."""

from __future__ import annotations

import importlib.util
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from common.roles import Role
from common.testing.serving import serving
from common.testing.system import EmbeddedSystem

TODAY = "/screening/main/today"
MISSING_PAGE = re.compile(r"status of 4\d\d|ERR_CONNECTION_RESET|ERR_INTERNET_DISCONNECTED|net::ERR_FAILED")
"""What Chromium itself notes when a test asks for what is refused, missing or away."""


def small() -> Any:
    """The small service of the unit tests, which shows every component."""
    path = Path(__file__).parents[1] / "unit" / "web" / "conftest.py"
    if "small_web" not in sys.modules:
        spec = importlib.util.spec_from_file_location("small_web", path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules["small_web"] = module
        spec.loader.exec_module(module)
    return sys.modules["small_web"]


@pytest.fixture
def system(tmp_path: Path) -> Iterator[EmbeddedSystem]:
    started = small().start(tmp_path)
    yield started
    started.close()


@pytest.fixture
def address(system: EmbeddedSystem) -> Iterator[str]:
    with serving(system.wsgi) as where:
        yield where


@pytest.fixture
def signed_in(system: EmbeddedSystem, address: str, new_page: Any) -> Iterator[Callable[..., Page]]:
    """Opens a page as somebody with roles at both sites; whatever the page complains of fails the test."""

    complaints: list[str] = []

    def start(
        path: str = TODAY, width: int = 1280, language: str = "zh", roles: tuple[Role, ...] = (Role.MONITOR,)
    ) -> Page:
        page: Page = new_page(width, "zh-CN" if language == "zh" else "en")
        token = system.token({"main": roles, "branch": roles})
        page.context.add_cookies(
            [
                {"name": "sizao_session", "value": token, "url": address},
                {"name": "sizao_language", "value": language, "url": address},
            ]
        )
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda fault: complaints.append(str(fault)))
        page.route("**/notify/static/live.js", lambda route: route.fulfill(content_type="text/javascript", body=""))
        page.goto(address + path)
        return page

    yield start
    assert [said for said in complaints if not MISSING_PAGE.search(said)] == []


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("path", [TODAY, "/screening/api/", "/screening/main/nowhere", "/screening/main/sheet"])
def test_a_page_fits_its_width_and_breaks_no_policy(
    signed_in: Callable[..., Page], width: int, language: str, path: str
) -> None:
    page = signed_in(path, width, language, roles=tuple(Role))
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    small_targets = page.evaluate(
        "[...document.querySelectorAll('button, .btn, input:not([type=hidden]), select')]"
        ".filter(e => e.offsetParent && e.getBoundingClientRect().height < (innerWidth < 640 ? 40 : 32)"
        " && !e.matches('.form-check-input')).map(e => e.outerHTML.slice(0, 80))"
    )
    assert small_targets == []


def test_the_menu_of_a_phone(signed_in: Callable[..., Page]) -> None:
    page = signed_in(width=360)
    entry = page.get_by_role("link", name="入口登记").first
    nav = page.locator("#sz-nav")
    expect(nav).to_be_hidden()
    menu = page.get_by_role("button", name="菜单")
    menu.click()
    expect(nav).to_be_visible()
    expect(menu).to_have_attribute("aria-expanded", "true")
    assert entry.is_visible()


def test_a_reader_with_a_keyboard_can_skip_to_the_content(signed_in: Callable[..., Page]) -> None:
    page = signed_in("/screening/main/registers/2021-03-01")
    page.keyboard.press("Tab")
    expect(page.locator(".sz-skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_a_question_is_asked_before_what_can_not_be_undone(
    signed_in: Callable[..., Page], system: EmbeddedSystem
) -> None:
    page = signed_in()
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method) if request.method == "POST" else None)
    page.get_by_role("button", name="作废").first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("确定作废这条登记")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    assert sent == []
    page.get_by_role("button", name="作废").first.click()
    with page.expect_navigation():
        dialog.get_by_role("button", name="作废").click()
    assert sent == ["POST"]
    expect(page.get_by_role("status").filter(has_text="已放行")).to_be_visible()


def test_a_text_is_copied(signed_in: Callable[..., Page]) -> None:
    page = signed_in()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator("[data-copy-from]").click()
    expect(page.locator("[data-copy-from]")).to_have_text("已复制")
    assert page.evaluate("navigator.clipboard.readText()") == "日报"


def test_filters_are_in_the_address_and_empty_ones_are_not(signed_in: Callable[..., Page], address: str) -> None:
    page = signed_in()
    with page.expect_navigation():
        page.locator("#entrance").select_option("main")
    assert page.url == f"{address}{TODAY}?day=2021-03-01&entrance=main"


def test_an_upload_shows_its_progress_and_opens_the_answer(signed_in: Callable[..., Page], address: str) -> None:
    page = signed_in()
    page.locator("form[data-upload]").evaluate(f"form => {{ form.action = '{TODAY}' }}")
    page.locator("#file").set_input_files({"name": "a.csv", "mimeType": "text/csv", "buffer": b"a,b\n"})
    with page.expect_navigation():
        page.get_by_role("button", name="上传").click()
    assert page.url == f"{address}{TODAY}"
    expect(page.get_by_role("status").filter(has_text="已放行")).to_be_visible()


def test_an_upload_that_is_refused_says_why_and_one_without_network_can_be_tried_again(
    signed_in: Callable[..., Page],
) -> None:
    page = signed_in()
    page.locator("#file").set_input_files({"name": "a.csv", "mimeType": "text/csv", "buffer": b"a,b\n"})
    page.context.set_offline(True)
    page.get_by_role("button", name="上传").click()
    expect(page.locator(".sz-progress")).to_contain_text("没有传上去")
    expect(page.get_by_role("button", name="上传")).to_be_enabled()
    page.context.set_offline(False)
    page.get_by_role("button", name="上传").click()
    expect(page.locator("main h1")).to_have_text("这里没有内容")


API = """async ([path, body, key]) => {
  const api = await import("/screening/shared/api.js");
  try { return await api.post(path, body, {key}); }
  catch (problem) { return {status: problem.status, detail: problem.message, field: problem.field}; }
}"""


def test_the_api_helper_repeats_with_the_same_key_and_gives_words(signed_in: Callable[..., Page]) -> None:
    page = signed_in()
    keys: list[str] = []
    failures = [2]

    def sometimes(route: Any) -> None:
        keys.append(route.request.headers["idempotency-key"])
        if failures[0]:
            failures[0] -= 1
            route.abort("connectionreset")
        else:
            route.continue_()

    page.route("**/api/v1/things", sometimes)
    path = "/screening/api/v1/things"
    done = page.evaluate(API, [path, {"site": "main", "words": "hello"}, None])
    assert set(done) == {"id"}
    assert len(keys) == 3
    assert len(set(keys)) == 1
    refused = page.evaluate(API, [path, {"site": "main", "words": ""}, "k"])
    assert refused["status"] == 422
    assert refused["field"] == "words"
    assert "至少填写 2 个字" in refused["detail"]
    failures[0] = 99
    away = page.evaluate(API, [path, {"site": "main", "words": "hello"}, "k2"])
    assert (away["status"], away["detail"]) == (0, "网络不通，请检查连接")


def test_sounds_play_once_the_reader_has_touched_the_page(signed_in: Callable[..., Page]) -> None:
    page = signed_in()
    page.evaluate("import('/screening/shared/sound.js').then(m => { window.sounds = m })")
    page.wait_for_function("window.sounds")
    page.locator("h1").click()
    page.wait_for_function("window.sounds.audible()")
    played = page.evaluate("['admit', 'refuse', 'hold', 'alert', 'nonsense'].map(name => window.sounds.play(name))")
    assert played == [True, True, True, True, False]


def test_a_form_prints_on_a4_with_its_head_on_each_sheet(signed_in: Callable[..., Page]) -> None:
    page = signed_in("/screening/main/sheet")
    pdf = page.pdf(prefer_css_page_size=True)
    boxes = [part.split(b"]")[0].split() for part in pdf.split(b"/MediaBox [")[1:]]
    assert len(boxes) >= 2
    for box in boxes:
        assert [round(float(side)) for side in box[2:4]] == [595, 842]
    page.emulate_media(media="print")
    assert page.locator(".sz-paper-bar").is_hidden()
