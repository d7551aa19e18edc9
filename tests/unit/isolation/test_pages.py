"""The pages as people use them: the list, an incident on a phone, its forms, its dossier; in both languages."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from babel.messages.pofile import read_po

import isolation
from common.roles import Role
from common.testing.system import Browser
from tests.unit.isolation.conftest import Bureau

LIST = "/isolation/main/incidents"
HAN = re.compile(r"[\u4e00-\u9fff]")


def browser(bureau: Bureau, *roles: Role, **options: Any) -> Browser:
    return bureau.system.browser("main", *(roles or (Role.EMERGENCY,)), **options)


def address(bureau: Bureau, check: str) -> str:
    return f"{LIST}/{bureau.incident(check)['id']}"


def test_the_list_shows_open_incidents_first_and_says_when_there_is_none(bureau: Bureau) -> None:
    empty = browser(bureau).get(LIST)
    assert empty.status_code == 200
    assert "没有处置中的事件" in empty.text
    closed = bureau.incident(bureau.held())
    bureau.close(closed, "left", reason="x")
    bureau.held(masked_name="李*")
    page = browser(bureau).get(LIST).text
    assert page.index("2021-0002") < page.index("2021-0001")
    assert "王小明" not in page
    only = browser(bureau).get(LIST, state="closed").text
    assert "2021-0002" not in only
    assert "2021-0001" in only
    assert browser(bureau).get(LIST, day="1999-13-01").status_code == 422
    assert browser(bureau).get(LIST, state="lost").status_code == 422


def test_the_one_big_button_does_the_next_step(bureau: Bureau) -> None:
    check = bureau.held()
    here = address(bureau, check)
    user = browser(bureau)
    page = user.get(here).text
    assert 'href="tel:045186000000"' in page
    assert "社区" in page
    assert "本单位未设置电话" in page
    done = user.post(f"{here}/steps/isolate", follow=True)
    assert done.status_code == 200
    assert "已登记" in done.text
    assert bureau.incident(check)["steps"][0]["state"] == "done"
    told = user.post(f"{here}/steps/authority", outcome="已受理", receipt="陈主任", follow=True)
    assert "陈主任" in told.text


def test_a_refused_form_says_why_and_keeps_what_was_typed(bureau: Bureau) -> None:
    check = bureau.held()
    here = address(bureau, check)
    user = browser(bureau)
    refused = user.post(f"{here}/steps/hospital", state="done", outcome="市二院", done_at="2021-03-01T23:59")
    assert refused.status_code == 422
    assert "办理时间不能晚于现在" in refused.text
    assert "市二院" in refused.text
    garbled = user.post(f"{here}/steps/hospital", done_at="昨天")
    assert garbled.status_code == 422
    closing = user.post(f"{here}/closure", outcome="other", note="", reason="")
    assert closing.status_code == 422
    open_steps = user.post(f"{here}/closure", outcome="hospital")
    assert open_steps.status_code == 409
    assert "必办步骤尚未完成" in open_steps.text
    assert bureau.incident(check)["state"] == "open"


def test_a_typed_time_is_by_the_sites_clock(bureau: Bureau) -> None:
    check = bureau.held()
    bureau.system.clock.move(minutes=10)
    browser(bureau).post(f"{address(bureau, check)}/steps/isolate", done_at="2021-03-01T08:35")
    assert bureau.incident(check)["steps"][0]["record"]["done_at"] == "2021-03-01T00:35:00Z"


def test_once_confirmed_closing_is_one_tap(bureau: Bureau) -> None:
    check = bureau.held()
    bureau.retested(check)
    here = address(bureau, check)
    user = browser(bureau)
    assert "请应急组在告警中确认" in user.get(here).text
    bureau.acknowledged(check, bureau.raised(check), "retest_normal")
    page = user.get(here).text
    assert "关闭事件:复测正常,放行" in page
    closed = user.post(f"{here}/closure", outcome="released_after_retest", follow=True)
    assert "事件已关闭" in closed.text
    assert user.post(f"{here}/reopening", reason="", follow=True).status_code == 422
    assert "事件已重新打开" in user.post(f"{here}/reopening", reason="又发热", follow=True).text


def test_notes_links_and_particulars(bureau: Bureau) -> None:
    first, second = bureau.held(), bureau.held()
    here, user = address(bureau, first), browser(bureau)
    other = bureau.incident(second)["id"]
    assert "家属已到" in user.post(f"{here}/notes", text="家属已到", follow=True).text
    assert "解除关联" in user.post(f"{here}/links", other=other, follow=True).text
    assert "已解除关联" in user.post(f"{here}/links", other=other, undo="1", follow=True).text
    assert user.post(f"{here}/particulars", purpose="").status_code == 422
    seen = user.post(f"{here}/particulars", purpose="联系本人")
    assert "王小明" in seen.text
    assert 'href="tel:13800000001"' in seen.text
    assert "no-store" in seen.headers["Cache-Control"]
    assert "王小明" not in user.get(here).text


def test_the_dossier_holds_everything_and_room_for_signatures(bureau: Bureau) -> None:
    check = bureau.held()
    here, user = address(bureau, check), browser(bureau)
    bureau.record(bureau.incident(check), "authority", outcome="已受理", receipt="2021-77", note="已登记")
    for paper in (user.get(f"{here}/print").text, user.get(here, print="1").text):
        for words in ("2021-0001", "王*明", "报告疾控", "2021-77", "自动立案", "经办人签字", "应急组组长签字"):
            assert words in paper, words
        assert "王小明" not in paper
    assert "王小明" in user.post(f"{here}/print", purpose="归档").text
    assert browser(bureau, Role.AUDITOR).post(f"{here}/print", purpose="归档").status_code == 403


def test_opening_by_hand_is_once_for_a_form(bureau: Bureau) -> None:
    user = browser(bureau)
    key = re.search(r'name="key" value="([^"]+)"', user.get(f"{LIST}/new").text)
    assert key is not None
    fields: dict[str, Any] = {"key": key[1], "kind": "fever", "place": "大厅", "note": "晕倒"}
    assert user.post(f"{LIST}/new", **{**fields, "note": ""}).status_code == 422
    assert user.post(f"{LIST}/new", follow=True, **fields).status_code == 200
    assert user.post(f"{LIST}/new", follow=True, **fields).status_code == 200
    assert [one["place"] for one in bureau.incidents()] == ["大厅"]


def test_a_check_leads_to_its_incident_and_to_a_waiting_page_before(bureau: Bureau) -> None:
    check = bureau.held()
    found = browser(bureau).get(f"{LIST}/by-check/{check}")
    assert (found.status_code, found.location) == (302, address(bureau, check))
    waiting = browser(bureau).get(f"{LIST}/by-check/nothing")
    assert waiting.status_code == 404
    assert "正在立案" in waiting.text


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.LEADER, Role.AUDITOR])
def test_readers_see_no_forms_that_they_may_not_send(bureau: Bureau, role: Role) -> None:
    check = bureau.held()
    here, user = address(bureau, check), browser(bureau, role)
    page = user.get(here).text
    assert "/steps/isolate" not in page
    assert "/closure" not in page
    assert ("/particulars" in page) == (role is Role.COORDINATOR)
    for act in ("steps/isolate", "notes", "closure", "reopening", "links"):
        assert user.post(f"{here}/{act}", text="x").status_code == 403
    assert user.get(f"{LIST}/new").status_code == 403


def test_an_incident_of_another_site_is_on_no_page(bureau: Bureau) -> None:
    check = bureau.held()
    incident = bureau.incident(check)["id"]
    both = bureau.system.browser("branch", *Role)
    for path in (f"/isolation/main/incidents/{incident}", f"/isolation/branch/incidents/{incident}", LIST):
        assert both.get(path).status_code in {403, 404}
    for path in ("print", "by-check/" + check):
        assert both.get(f"/isolation/branch/incidents/{incident}/{path}").status_code == 404
    for act in ("steps/isolate", "notes", "closure", "reopening", "links", "particulars", "print"):
        answer = both.post(
            f"/isolation/branch/incidents/{incident}/{act}",
            text="x",
            outcome="left",
            reason="x",
            purpose="x",
            other="x",
        )
        assert answer.status_code == 404, act


def test_someone_at_two_sites_finds_an_incident_under_its_own_site_alone(bureau: Bureau) -> None:
    incident = bureau.incident(bureau.held())["id"]
    from common.ids import new_id

    token_id = new_id()
    token = bureau.system.token({"main": [Role.EMERGENCY], "branch": [Role.EMERGENCY]}, token_id=token_id)
    user = Browser(bureau.system, token, token_id, "zh")
    assert user.get(f"/isolation/main/incidents/{incident}").status_code == 200
    assert user.get(f"/isolation/branch/incidents/{incident}").status_code == 404
    assert user.post(f"/isolation/branch/incidents/{incident}/notes", text="x").status_code == 404


def test_english_pages_are_english(bureau: Bureau) -> None:
    check = bureau.held(masked_name="W**", entrance_name="Gate")
    bureau.retested(check)
    here = address(bureau, check)
    user = browser(bureau, language="en", name="Tester")
    for path in (LIST, here, f"{here}/print", f"{LIST}/new", f"{LIST}/by-check/none"):
        main = user.get(path).text.split("<main", 1)[1].split("</main>", 1)[0]
        shown = re.sub(r'(value|href|data-[a-z-]+)="[^"]*"', "", main)
        left = sorted(set(re.findall(r"[^\s<>\"]*[\u4e00-\u9fff][^\s<>\"]*", shown)))
        assert left == [], (path, left)


def test_every_text_of_templates_and_pages_has_its_english() -> None:
    package = Path(isolation.__file__).parent
    with (package / "translations/en/LC_MESSAGES/messages.po").open("rb") as opened:
        ours = {message.id: message.string for message in read_po(opened) if message.id}
    common = package.parents[2] / "libs/common/common/translations/en/LC_MESSAGES/messages.po"
    with common.open("rb") as opened:
        shared = {message.id for message in read_po(opened)}
    files = [*package.glob("templates/**/*.html"), *package.glob("pages/*.py")]
    used = {
        text for file in files for text in re.findall(r"""\b_\(\s*["']([^"']+)["']""", file.read_text(encoding="utf-8"))
    }
    assert used - set(ours) - shared == set()
    assert set(ours) - used == set(), "texts that nothing shows"
    assert [text for text, english in ours.items() if not english or HAN.search(str(english))] == []
