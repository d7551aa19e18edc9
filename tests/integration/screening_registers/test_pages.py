"""Registers and imports as people see them."""

from __future__ import annotations

import io
from typing import Any

import pytest

from common.roles import Role
from common.testing.system import Browser
from tests.integration.screening_registers.support import SAMPLES, Town

DAY = "2021-03-01"
LIST = "/screening/main/registers"
PAGE = f"{LIST}/main/{DAY}"
SENT = "/screening/main/imports"


def browser(town: Town, *roles: Role, who: str = "1", **options: Any) -> Browser:
    account = f"staff:00000000-0000-7000-8000-{int(who):012d}"
    return town.system.browser("main", *(roles or (Role.MONITOR,)), account=account, name=f"监测员{who}", **options)


def test_a_guard_signs_from_the_list_and_sees_the_seal(town: Town) -> None:
    town.check(town.guard(), 1)
    guard = browser(town)
    listed = guard.get(LIST)
    assert listed.status_code == 200
    assert "现在需要处理" in listed.text
    assert f'href="{PAGE}"' in listed.text
    page = guard.get(PAGE)
    assert f'action="{PAGE}/signature"' in page.text
    done = guard.post(f"{PAGE}/signature", follow=True)
    assert "登记表已签字并封存" in done.text
    assert "已封存" in done.text
    assert f'action="{PAGE}/signature"' not in done.text
    assert "与封存时一致" in guard.get(f"{PAGE}/verification").text


def test_what_cannot_be_done_is_said_in_words(town: Town) -> None:
    town.check(town.guard("2"), 1)
    guard = browser(town)
    refused = guard.post(f"{PAGE}/signature", follow=True)
    assert "没有需要您签字的记录" in refused.text
    coordinator = browser(town, Role.COORDINATOR, who="9")
    absent = "staff:00000000-0000-7000-8000-000000000002"
    signed = coordinator.post(f"{PAGE}/signature", follow=True, on_behalf_of=absent, reason="病假")
    assert "代签" in signed.text


def test_a_late_check_is_amended_on_the_page(town: Town) -> None:
    guard = browser(town)
    town.check(town.guard(), 1)
    guard.post(f"{PAGE}/signature")
    town.check(town.guard(), 2)
    page = guard.get(PAGE)
    assert "待更正：封存后新增" in page.text
    assert "待更正 1 条" in guard.get(LIST).text
    done = guard.post(f"{PAGE}/amendments", follow=True, reason="补录一人")
    assert "已更正并重新封存" in done.text
    assert "补录一人" in done.text


def test_a_day_without_checks_offers_the_zero_register(town: Town) -> None:
    page = browser(town).get(PAGE)
    assert "零报告" in page.text
    assert "当天没有登记" in page.text


def test_the_empty_form_prints(town: Town) -> None:
    page = browser(town).get(f"{LIST}/main/form")
    assert page.text.count("<tr>") == 31
    assert "主入口" in page.text


def test_a_file_is_previewed_then_taken_in_and_its_refused_lines_loaded_down(town: Town) -> None:
    town.system.clock.move(hours=12)
    coordinator = browser(town, Role.COORDINATOR, who="9")
    assert "还没有导入过文件" in coordinator.get(SENT).text
    content = (SAMPLES / "broken.xlsx").read_bytes()
    preview = coordinator.post(SENT, file=(io.BytesIO(content), "broken.xlsx"), entrance="main", dry_run="1")
    assert "尚未保存任何内容" in preview.text
    assert "校验位不符" in preview.text
    assert "还没有导入过文件" in coordinator.get(SENT).text
    done = coordinator.post(SENT, file=(io.BytesIO(content), "broken.xlsx"), entrance="main", dry_run="0", follow=True)
    assert "已导入 10 条记录" in done.text
    assert "下载未接收的行" in done.text
    address = done.request.path
    file = coordinator.get(f"{address}/refused")
    assert file.status_code == 200
    assert file.data.startswith(b"PK")
    wrong = coordinator.post(SENT, file=(io.BytesIO(b"junk"), "x.xlsx"), entrance="main", dry_run="1")
    assert wrong.status_code == 422
    assert "sz-error" in wrong.text


@pytest.mark.parametrize("path", [LIST, PAGE, f"{PAGE}/print", f"{PAGE}/verification", SENT, f"{LIST}/main/form"])
def test_every_page_is_whole_in_english(town: Town, path: str) -> None:
    town.check(town.guard(), 1)
    browser(town).post(f"{PAGE}/signature")
    english = browser(town, Role.MONITOR, Role.COORDINATOR, language="en").get(path)
    assert english.status_code == 200
    for chinese in ("封存", "签字", "登记表", "上传", "导入"):
        assert chinese not in english.text.replace("来访人员体温检测登记表", "").replace("监测人员签字", ""), chinese


def test_another_sites_pages_are_not_found(town: Town) -> None:
    stranger = town.system.browser("branch", Role.MONITOR, Role.COORDINATOR)
    for path in (LIST, PAGE, f"{PAGE}/print", SENT):
        assert stranger.get(path).status_code == 404, path
