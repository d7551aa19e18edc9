"""The pages: what must be done now first and in one tap, in both languages, for those it is for."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from common.roles import Role
from common.testing.system import Browser

HAN = re.compile(r"[\u3400-\u9fff]+")
PAGES = ("alerts", "alerts/history", "duty", "routes", "channels", "messages")


def words(page: Any) -> str:
    """The page's text without markup, scripts and the language switch."""
    text = re.sub(r"<(script|style)\b.*?</\1>|<[^>]+>", " ", page.text, flags=re.DOTALL)
    return re.sub(r"\s+", " ", text)


@pytest.mark.parametrize("path", PAGES)
def test_every_page_has_its_empty_state_in_both_languages(bureau: Any, path: str) -> None:
    zh = bureau.system.browser("main", Role.ADMIN).get(f"/notify/main/{path}")
    en = bureau.system.browser("main", Role.ADMIN, language="en").get(f"/notify/main/{path}")
    assert (zh.status_code, en.status_code) == (200, 200)
    left = set(HAN.findall(words(en))) - {"四早", "中", "中文", "测试员", "测试单位"}
    assert left == set()
    assert bureau.system.browser("branch", Role.ADMIN).get(f"/notify/main/{path}").status_code in {403, 404}


def test_one_tap_takes_an_alert(bureau: Any) -> None:
    bureau.person("王甲", Role.EMERGENCY)
    bureau.fever()
    [alert] = bureau.alerts()
    browser = bureau.system.browser("main", Role.EMERGENCY)
    board = browser.get("/notify/main/alerts")
    assert "我来处理" in board.text
    assert "发热 38.6℃，已在正门暂留" in board.text
    done = browser.post(f"/notify/main/alerts/{alert['id']}/acknowledgement", follow=True, mark="none")
    assert "已确认，后续通知已停止。" in done.text
    again = browser.post(f"/notify/main/alerts/{alert['id']}/acknowledgement", follow=True, mark="none")
    assert "测试员 已先一步处理。" in again.text
    assert "我来处理" not in browser.get("/notify/main/alerts").text


def test_a_normal_retest_is_confirmed_in_one_tap(bureau: Any) -> None:
    bureau.person("王甲", Role.EMERGENCY)
    check = bureau.fever()
    bureau.retest(check, normal=True)
    [alert] = bureau.alerts()
    browser = bureau.system.browser("main", Role.EMERGENCY)
    assert "确认复测正常" in browser.get("/notify/main/alerts").text
    browser.post(f"/notify/main/alerts/{alert['id']}/acknowledgement", mark="retest_normal")
    assert bureau.alerts()[0]["mark_confirmed_at"] is not None


def test_a_page_loaded_before_the_mark_does_not_confirm_it(bureau: Any) -> None:
    bureau.person("王甲", Role.EMERGENCY)
    check = bureau.fever()
    [alert] = bureau.alerts()
    bureau.void(check)
    browser = bureau.system.browser("main", Role.EMERGENCY)
    browser.post(f"/notify/main/alerts/{alert['id']}/acknowledgement", mark="none")
    [now] = bureau.alerts()
    assert (now["state"], now["mark_confirmed_at"]) == ("acknowledged", None)
    assert "确认误录待核" in browser.get(f"/notify/main/alerts/{alert['id']}").text


def test_an_alert_shows_its_ladder_its_history_and_where_to_go_on(bureau: Any) -> None:
    bureau.person("王甲", Role.EMERGENCY)
    check = bureau.fever()
    for _ in range(6):
        bureau.system.tick(minutes=10)
    [alert] = bureau.alerts()
    page = bureau.system.browser("main", Role.LEADER).get(f"/notify/main/alerts/{alert['id']}")
    assert "无人应答" in page.text
    assert "组长没有可联系到的人，跳过" in words(page)
    assert f"/isolation/main/incidents/by-check/{check}" in page.text
    assert f"/screening/main/checks/{check}" in page.text


def test_an_alert_is_not_found_under_another_sites_address(bureau: Any) -> None:
    bureau.person("王甲", Role.EMERGENCY)
    bureau.fever()
    [alert] = bureau.alerts()
    token = bureau.system.token({"main": [Role.EMERGENCY], "branch": [Role.EMERGENCY]}, token_id="both")
    browser = Browser(bureau.system, token, "both", "zh")
    assert browser.get(f"/notify/main/alerts/{alert['id']}").status_code == 200
    assert browser.get(f"/notify/branch/alerts/{alert['id']}").status_code == 404
    assert browser.post(f"/notify/branch/alerts/{alert['id']}/acknowledgement", mark="none").status_code == 404
    assert bureau.alerts()[0]["state"] == "open"


def test_those_who_only_look_are_offered_nothing_to_take(bureau: Any) -> None:
    bureau.person("王甲", Role.EMERGENCY)
    bureau.fever()
    for role in (Role.AUDITOR, Role.COORDINATOR, Role.ADMIN):
        page = bureau.system.browser("main", role, account="staff:looks").get("/notify/main/alerts")
        assert "已在正门暂留" in page.text
        assert "我来处理" not in page.text


def test_the_board_says_when_a_kind_of_event_reaches_nobody(bureau: Any) -> None:
    page = bureau.system.browser("main", Role.ADMIN).get("/notify/main/alerts")
    assert "“入口暂留（发热、症状）”的告警目前无人可通知" in words(page)


def test_old_imported_fevers_stand_apart(bureau: Any) -> None:
    bureau.fever(imported=True, measured_at=bureau.system.clock.now() - timedelta(days=20))
    page = bureau.system.browser("main", Role.EMERGENCY).get("/notify/main/alerts")
    assert "补录的发热" in page.text
    assert "没有待处理的告警" in page.text


def test_a_duty_list_is_set_and_copied_on_its_page(bureau: Any) -> None:
    one = bureau.person("王甲", Role.EMERGENCY)
    bureau.person("钱乙", Role.EMERGENCY)
    browser = bureau.system.browser("main", Role.EMERGENCY)
    assert "当天没有名单：告警会通知全组。" in browser.get("/notify/main/duty", day="2021-03-01").text
    browser.post("/notify/main/duty", group="emergency", day="2021-03-01", people=[one])
    copied = browser.post("/notify/main/duty", follow=True, group="emergency", day="2021-03-02", copy="1")
    assert "值班名单已保存。" in copied.text
    found = bureau.api().get("/notify/api/v1/duty", site="main", day="2021-03-02").get_json()
    assert [person["person_id"] for person in found["people"] if person["on_duty"]] == [one]
    refused = browser.post("/notify/main/duty", follow=True, group="emergency", day="2021-05-02", copy="1")
    assert "前一天没有值班名单。" in refused.text


def test_a_channel_is_added_tried_and_removed_on_its_page(
    installation: Callable[..., Any], httpserver: HTTPServer
) -> None:
    bureau = installation(allow_private_webhooks=True)
    httpserver.expect_request("/hook").respond_with_json({"errcode": 0})
    admin = bureau.system.browser("main", Role.ADMIN)
    for kind in ("email", "wecom", "dingtalk", "feishu", "sms", "voice", "webhook"):
        assert admin.get("/notify/main/channels", kind=kind).status_code == 200
    wrong = admin.post("/notify/main/channels", follow=True, kind="sms", name="短信", address="x", body="{")
    assert "消息体不是有效的JSON" in wrong.text
    added = admin.post(
        "/notify/main/channels", follow=True, kind="wecom", name="群", address=httpserver.url_for("/hook"), groups=""
    )
    assert "渠道已添加" in added.text
    [channel] = bureau.api(Role.ADMIN).get("/notify/api/v1/channels", site="main").get_json()["items"]
    path = f"/notify/main/channels/{channel['id']}"
    assert "对方已确认收到（0）" in admin.post(path, follow=True, act="test").text
    admin.post(path, act="disable")
    assert bureau.api(Role.ADMIN).get("/notify/api/v1/channels", site="main").get_json()["items"][0]["enabled"] is False
    assert "还没有外部渠道" in admin.post(path, follow=True, act="remove").text


def test_a_route_is_changed_on_its_page(bureau: Any) -> None:
    bureau.person("王甲", Role.LEADER)
    admin = bureau.system.browser("main", Role.ADMIN)
    rule = {"event_type": "sizao.screening.check.held.v1", "severity": "severe", "ladder": "1", "version": "0"}
    assert "规则已保存。" in admin.post("/notify/main/routes", follow=True, group="leading", **rule).text
    assert "已被他人修改" in admin.post("/notify/main/routes", follow=True, group="leading", **rule).text
    assert (
        "没有可通知的人"
        in admin.post("/notify/main/routes", follow=True, group="counter", **{**rule, "version": "1"}).text
    )


def test_a_trial_shows_its_messages(trial: Any) -> None:
    trial.person("王甲", Role.EMERGENCY, email="wang@example.org", phone="13900000001")
    trial.fever()
    page = trial.system.browser("main", Role.ADMIN).get("/notify/main/messages")
    assert "演示，不外发" in page.text
    assert "发热 38.6℃" in page.text
    assert "wang@example.org" not in page.text
    assert "13900000001" not in page.text
