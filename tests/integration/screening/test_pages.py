"""Pages of screening: who sees them, what stands on them, what their forms do."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any

import pytest

from common.roles import Role

BASE = "/screening/api/v1"
PAGE = "/screening/main"


def text_of(answer: Any) -> str:
    assert answer.status_code == 200, answer.get_data(as_text=True)[:400]
    return unescape(answer.get_data(as_text=True))


@pytest.mark.parametrize("path", ["desk/main", "today", "checks", "people", "inside"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_each_page_stands_empty_and_filled(place: Any, path: str, language: str) -> None:
    browser = place.system.browser("main", Role.MONITOR, language=language)
    for _ in range(2):
        page = text_of(browser.get(f"{PAGE}/{path}", **({"q": "wm"} if path == "people" else {})))
        assert "<h1>" in page
        assert "<script>" not in page
        assert " style=" not in page
        place.check(reading="38.1")
        place.check(person=None, reading=None, refused_measurement=True)


def test_the_desk_knows_its_entrance_and_goes_straight_to_the_only_one(place: Any) -> None:
    browser = place.system.browser("main", Role.MONITOR)
    answer = browser.get(f"{PAGE}/desk")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/screening/main/desk/main")
    page = text_of(browser.get(f"{PAGE}/desk/main"))
    state = json.loads(unescape(browser.get(f"{PAGE}/desk/main").text.split('data-state="')[1].split('"')[0]))
    assert (state["site"], state["entrance"], state["retestMinutes"]) == ("main", "main", 10)
    for words in ("未戴口罩", "拒绝测温", "手工暂留", "无名", "呼吸困难", "告知书"):
        assert words in page
    assert browser.get(f"{PAGE}/desk/nowhere").status_code == 404


def test_pages_are_for_those_they_are_for(place: Any) -> None:
    check = place.check().get_json()["id"]
    for path in ("desk/main", "today", "checks", f"checks/{check}", "people", "inside", "entrances"):
        assert place.system.browser("branch", Role.MONITOR, Role.ADMIN).get(f"{PAGE}/{path}").status_code == 404
        assert place.system.browser("main", Role.STOREKEEPER).get(f"{PAGE}/{path}").status_code == 403
    theirs = place.check(api=place.other_guard, site="branch").get_json()["id"]
    both = place.system.browser("main", Role.MONITOR)
    assert both.get(f"{PAGE}/checks/{theirs}").status_code == 404


def test_a_check_is_voided_and_completed_by_its_page(place: Any) -> None:
    check = place.check(person=None, reading="38.1").get_json()["id"]
    browser = place.system.browser("main", Role.MONITOR)
    page = f"{PAGE}/checks/{check}"
    assert "补录姓名" in text_of(browser.get(page))
    browser.post(f"{page}/completion", name="王明", phone="13800001234")
    assert "138****1234" in text_of(browser.get(page))
    browser.post(f"{page}/void", reason="体温录错")
    shown = text_of(browser.get(page))
    assert "已作废" in shown
    assert "体温录错" in shown


def test_particulars_are_shown_once_a_purpose_is_given(place: Any) -> None:
    check = place.check().get_json()["id"]
    browser = place.system.browser("main", Role.EMERGENCY)
    page = f"{PAGE}/checks/{check}"
    assert "王明" not in text_of(browser.get(page))
    assert "王明" in text_of(browser.post(f"{page}/particulars", purpose="联系本人"))
    assert browser.post(f"{page}/particulars", purpose=" ").status_code == 303


def test_a_form_without_its_token_does_nothing(place: Any) -> None:
    check = place.check().get_json()["id"]
    browser = place.system.browser("main", Role.MONITOR)
    browser._csrf = "forged"
    assert browser.post(f"{PAGE}/checks/{check}/void", reason="x").status_code == 403
    assert place.guard.get(f"{BASE}/checks/{check}").get_json()["voided_at"] is None


def test_an_administrator_opens_and_changes_entrances(place: Any) -> None:
    browser = place.system.browser("main", Role.ADMIN)
    form = {"code": "side", "name": "侧门", "hall": "经办大厅", "from_working": "08:30", "to_working": "12:00"}
    assert browser.post(f"{PAGE}/entrances", **form).status_code == 303
    assert "工作日 08:30–12:00" in text_of(browser.get(f"{PAGE}/entrances"))
    wrong = browser.post(f"{PAGE}/entrances", **{**form, "code": "third", "to_working": "07:00"})
    assert wrong.status_code == 422
    assert "结束时间不晚于开始时间" in unescape(wrong.text)
    assert "侧门" in text_of(browser.get(f"{PAGE}/entrances/side"))
    changed = {**form, "name": "东侧门", "sequence": "1", "closed_days": "2021-03-08 2021/3/9"}
    assert browser.post(f"{PAGE}/entrances/side", **changed).status_code == 303
    assert browser.post(f"{PAGE}/entrances/side", **changed).status_code == 412
    side = next(
        one for one in place.admin.get(f"{BASE}/entrances", site="main").get_json()["items"] if one["code"] == "side"
    )
    assert (side["name"], side["active"], side["closed_days"]) == ("东侧门", False, ["2021-03-08", "2021-03-09"])


@pytest.mark.parametrize("path", ["today/hours.svg", "today/week.svg"])
def test_charts_are_images_without_scripts_or_addresses(place: Any, path: str) -> None:
    place.check()
    answer = place.system.browser("main", Role.MONITOR).get(f"{PAGE}/{path}")
    assert answer.mimetype == "image/svg+xml"
    assert "<script" not in answer.text
    outside = [one for one in re.findall(r"https?://[^\s\"'<)]+", answer.text) if "w3.org" not in one]
    assert all("kozea" in one or "pygal" in one for one in outside), outside
    assert 'xlink:href="http' not in answer.text


def test_the_report_stands_ready_to_be_copied(place: Any) -> None:
    place.staff("016", "杨娜")
    place.check()
    place.check(reading="38")
    place.check(mask=False)
    page = text_of(place.system.browser("main", Role.COORDINATOR).get(f"{PAGE}/today"))
    for line in (
        "入口监测日报 2021年3月1日（星期一）",
        "监测登记3人次：职工0，来访3，无名0",
        "放行1；禁止进入1（未戴口罩1，拒绝测温0）",
        "暂留1（发热1）；复测0，其中正常0",
        "职工未测温1人；误录作废0条",
    ):
        assert line in page
