"""Fixtures for tests that drive pages in a real Chromium."""

import os
import subprocess
from collections.abc import Iterator
from typing import Protocol

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from common.testing.servers.debian import MissingProgramError, ensure, find_program

CHROMIUM_VARIABLE = "SIZAO_TEST_CHROMIUM"
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """Debian's Chromium with a Chinese face, or the program that SIZAO_TEST_CHROMIUM names."""
    named = os.environ.get(CHROMIUM_VARIABLE)
    if named:
        if not os.access(named, os.X_OK):
            raise MissingProgramError(f"{CHROMIUM_VARIABLE} names {named}, which is no program")
        return named
    ensure(find_program("fc-match"), ["fontconfig"])
    ensure(_chinese_font, ["fonts-noto-cjk"])
    return ensure(find_program("chromium"), ["chromium"])


def _chinese_font() -> str | None:
    """A font that has Chinese characters, by fontconfig; without one, pages would show boxes."""
    done = subprocess.run(["fc-list", ":lang=zh-cn", "file"], capture_output=True, text=True, check=True)
    return done.stdout.strip() or None


@pytest.fixture(scope="session")
def browser(chromium_path: str) -> Iterator[Browser]:
    """One headless Chromium for the worker's tests; take pages from `new_page`."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium_path, args=CHROMIUM_ARGUMENTS)
        yield started
        started.close()


class NewPage(Protocol):
    """Opens a page in a fresh browser profile: no cookies, no storage."""

    def __call__(
        self,
        width: int = 1280,
        locale: str = "zh-CN",
        *,
        height: int = 800,
        base_url: str | None = None,
        touch: bool = False,
        offline: bool = False,
        ignore_https_errors: bool = False,
    ) -> Page: ...


@pytest.fixture
def new_page(browser: Browser) -> Iterator[NewPage]:
    """`new_page(360, "en", base_url=…)` -> a page; its `context` gives more of the same profile. Closed afterwards."""
    contexts: list[BrowserContext] = []

    def make(
        width: int = 1280,
        locale: str = "zh-CN",
        *,
        height: int = 800,
        base_url: str | None = None,
        touch: bool = False,
        offline: bool = False,
        ignore_https_errors: bool = False,
    ) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": height},
            locale=locale,
            timezone_id="Asia/Shanghai",
            base_url=base_url,
            has_touch=touch,
            offline=offline,
            ignore_https_errors=ignore_https_errors,
        )
        contexts.append(context)
        return context.new_page()

    yield make
    for context in contexts:
        context.close()
