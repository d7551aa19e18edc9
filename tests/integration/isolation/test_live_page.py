"""The incident's page in a browser: it follows what others do, and never takes away what somebody is typing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from common.ids import new_id
from common.roles import Role
from common.testing.browser import NewPage
from common.testing.serving import serving
from tests.unit.isolation.conftest import Bureau, make_bureau

PATIENCE = 30_000


@pytest.fixture
def bureau(tmp_path: Path) -> Iterator[Bureau]:
    made = make_bureau(tmp_path)
    yield made
    made.system.close()


@pytest.fixture
def address(bureau: Bureau) -> Iterator[str]:
    with serving(bureau.system.wsgi) as where:
        yield where


def signed_in(bureau: Bureau, page: Page, address: str) -> Page:
    token = bureau.system.token({"main": [Role.EMERGENCY]}, token_id=new_id())
    page.context.add_cookies([{"name": "sizao_session", "value": token, "url": address}])
    return page


def test_the_page_follows_what_others_do(bureau: Bureau, new_page: NewPage, address: str) -> None:
    check = bureau.held()
    incident = bureau.incident(check)
    page = signed_in(bureau, new_page(360, base_url=address, touch=True), address)
    page.goto(f"/isolation/main/incidents/{incident['id']}")
    expect(page.locator(".iso-next h2")).to_have_text("带至隔离点")
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    with page.expect_response(lambda answer: "/api/v1/incidents/" in answer.url):
        pass
    bureau.record(incident, "isolate")
    expect(page.locator(".iso-next h2")).to_have_text("报告疾控", timeout=PATIENCE)
    assert page.locator('a[href="tel:045186000000"]').first.is_visible()


def test_what_is_being_typed_stays(bureau: Bureau, new_page: NewPage, address: str) -> None:
    check = bureau.held()
    incident = bureau.incident(check)
    page = signed_in(bureau, new_page(base_url=address), address)
    page.goto(f"/isolation/main/incidents/{incident['id']}")
    note = page.locator("#note-text")
    note.fill("家属电话")
    note.blur()
    with page.expect_response(lambda answer: "/api/v1/incidents/" in answer.url):
        pass
    bureau.record(incident, "isolate")
    for _ in range(2):
        with page.expect_response(lambda answer: "/api/v1/incidents/" in answer.url):
            pass
    expect(note).to_have_value("家属电话")
    expect(page.locator(".iso-next h2")).to_have_text("带至隔离点")
    page.get_by_role("button", name="保存备注").click()
    expect(page.locator(".sz-timeline")).to_contain_text("家属电话")
    expect(page.locator(".iso-next h2")).to_have_text("报告疾控")


def test_the_next_step_is_one_tap(bureau: Bureau, new_page: NewPage, address: str) -> None:
    check = bureau.held()
    page = signed_in(bureau, new_page(360, base_url=address, touch=True), address)
    page.goto(f"/isolation/main/incidents/by-check/{check}")
    page.locator(".iso-next").get_by_role("button", name="已完成").tap()
    expect(page.locator(".iso-next h2")).to_have_text("报告疾控")
    page.locator(".iso-next").get_by_role("button", name="已受理").tap()
    expect(page.locator(".iso-next h2")).to_have_text("送往发热门诊")
    assert [step["state"] for step in bureau.incident(check)["steps"]] == ["done", "done", "open", "open"]
