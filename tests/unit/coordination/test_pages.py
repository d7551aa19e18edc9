"""The pages: signing in by form, what each role finds, forms that say what is wrong."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any

import pytest
from werkzeug.test import Client

from common.roles import Role
from common.testing.system import Browser
from tests.unit.coordination.support import API, SAMPLES, Trial, entrance, everybody, sealed

BASE = "/coordination/main"
EVERYTHING = (Role.ADMIN, Role.COORDINATOR, Role.SECURITY, Role.AUDITOR, Role.MONITOR, Role.LEADER, Role.EMERGENCY)


def text_of(answer: Any) -> str:
    return str(answer.get_data(as_text=True))


def form(trial: Trial, login: str, password: str | None = None, **more: str) -> Any:
    data = {"login": login, "password": password or trial.accounts[login]["password"], **more}
    return Client(trial.system.wsgi).post("/coordination/sign-in", data=data)


def test_signing_in_by_form_sets_a_cookie_that_scripts_cannot_read(trial: Trial) -> None:
    client = Client(trial.system.wsgi)
    assert client.get("/coordination/").location == "/coordination/sign-in"
    asked = client.get(f"{BASE}/people?q=a", headers={"Accept": "text/html"})
    assert asked.location == "/coordination/sign-in?next=/coordination/main/people%3Fq%3Da"
    data = {"login": "main-admin", "password": trial.accounts["main-admin"]["password"], "next": f"{BASE}/people"}
    answer = client.post("/coordination/sign-in", data=data)
    assert (answer.status_code, answer.location) == (303, f"{BASE}/people")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("sizao_session=")
    for word in ("HttpOnly", "SameSite=Lax", "Path=/"):
        assert word in cookie
    assert "Secure" not in cookie
    secure = client.post("/coordination/sign-in", data=data, base_url="https://localhost")
    assert "Secure" in secure.headers["Set-Cookie"]
    assert "人员" in text_of(client.get(f"{BASE}/people", headers={"Accept": "text/html"}))


@pytest.mark.parametrize(
    "way", ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere", "x", "javascript:1"]
)
def test_nobody_is_sent_to_another_place_after_signing_in(trial: Trial, way: str) -> None:
    assert form(trial, "main-admin", next=way).location == "/coordination/"


def test_a_wrong_password_is_said_in_words_and_the_form_keeps_the_login(trial: Trial) -> None:
    answer = form(trial, "main-admin", "wrong password")
    assert answer.status_code == 401
    assert "登录名或密码不正确" in text_of(answer)
    assert 'value="main-admin"' in text_of(answer)
    assert "wrong password" not in text_of(answer)
    for _ in range(10):
        answer = form(trial, "main-admin", "wrong password")
    assert answer.status_code == 429
    assert "Retry-After" in answer.headers
    foreign = Client(trial.system.wsgi).post(
        "/coordination/sign-in", data={"login": "a", "password": "b"}, headers={"Origin": "https://elsewhere.example"}
    )
    assert foreign.status_code == 403


def test_signing_out_needs_the_form_and_ends_the_session(trial: Trial) -> None:
    client = Client(trial.system.wsgi)
    data = {"login": "main-admin", "password": trial.accounts["main-admin"]["password"]}
    client.post("/coordination/sign-in", data=data)
    page = text_of(client.get("/coordination/", headers={"Accept": "text/html"}))
    assert client.post("/coordination/sign-out").status_code == 403
    found = re.search(r'name="csrf_token" value="([0-9a-f]+)"', page)
    assert found is not None
    token = client.get_cookie("sizao_session")
    assert token is not None
    answer = client.post("/coordination/sign-out", data={"csrf_token": found[1]})
    assert answer.location == "/coordination/sign-in"
    client.set_cookie("sizao_session", token.value)
    assert client.get(f"{API}/sites").status_code == 401


@pytest.mark.parametrize(
    ("role", "links", "others"),
    [
        (Role.MONITOR, ["/screening/main/desk", f"{BASE}/handover"], [f"{BASE}/ledger", f"{BASE}/accounts"]),
        (Role.EMERGENCY, ["/notify/main/alerts", "/isolation/main/incidents"], ["/screening/main/desk"]),
        (Role.COORDINATOR, [f"{BASE}/ledger", f"{BASE}/people"], [f"{BASE}/accounts", f"{BASE}/audit"]),
        (Role.ADMIN, [f"{BASE}/people/import", f"{BASE}/settings"], [f"{BASE}/accounts"]),
        (Role.SECURITY, [f"{BASE}/accounts"], [f"{BASE}/audit", f"{BASE}/settings"]),
        (Role.AUDITOR, [f"{BASE}/audit"], [f"{BASE}/accounts"]),
    ],
)
def test_the_start_page_lists_what_a_role_can_do(trial: Trial, role: Role, links: list[str], others: list[str]) -> None:
    page = text_of(trial.system.browser("main", role).get("/coordination/"))
    assert all(f'href="{link}"' in page for link in links)
    assert not any(f'href="{link}"' in page for link in others)


def browser(trial: Trial, *roles: Role, **options: Any) -> Browser:
    return trial.system.browser("main", *(roles or EVERYTHING), **options)


def paths_of(trial: Trial) -> list[str]:
    people = everybody(trial.system.api("main", Role.ADMIN), "main")
    account = trial.system.api("main", Role.SECURITY).get(f"{API}/accounts", site="main").get_json()["items"][0]["id"]
    return [
        "/coordination/", f"{BASE}/ledger", f"{BASE}/ledger/print", f"{BASE}/people", f"{BASE}/people/new",
        f"{BASE}/people/{people['013']['id']}", f"{BASE}/people/import", f"{BASE}/groups", f"{BASE}/groups/emergency",
        f"{BASE}/sections", f"{BASE}/accounts", f"{BASE}/accounts/{account}", f"{BASE}/pins", f"{BASE}/handover",
        f"{BASE}/protocols", f"{BASE}/protocols/covid-7", f"{BASE}/calendar", f"{BASE}/audit", f"{BASE}/audit/access",
        f"{BASE}/settings",
    ]  # fmt: skip


def test_every_page_opens_in_both_languages_and_no_other_site_is_found(trial: Trial) -> None:
    trial.system.tell(entrance(), site="main", subject="e-1")
    for path in paths_of(trial):
        for language in ("zh", "en"):
            answer = browser(trial, language=language).get(path)
            assert answer.status_code == 200, path
            assert "<h1>" in text_of(answer), path
        if path != "/coordination/":
            foreign = trial.system.browser("branch", *EVERYTHING).get(path)
            assert foreign.status_code == 404, path
            theirs = trial.system.browser("branch", *EVERYTHING).get(path.replace("/main/", "/branch/"))
            assert theirs.status_code in {200, 404}, path
            assert "江示信" not in text_of(theirs)


def test_english_pages_hold_no_chinese_of_ours(trial: Trial) -> None:
    page = text_of(browser(trial, language="en").get(f"{BASE}/protocols/covid-7"))
    words = re.sub(r"<[^>]+>", " ", page)
    assert not re.search(r"[发复禁处告类措每]", words), words


def test_a_person_is_added_and_changed_by_form(trial: Trial) -> None:
    page = browser(trial, Role.ADMIN)
    made = page.post(f"{BASE}/people/new", kind="staff", name="江示安", staff_number="X1", phone="13000001234")
    assert made.status_code == 303
    shown = page.get(made.location)
    assert "130****1234" in text_of(shown)
    assert "13000001234" not in text_of(shown)
    again = page.post(f"{BASE}/people/new", kind="staff", name="江示安", staff_number="X1")
    assert again.status_code == 409
    assert "已属于本单位另一人" in text_of(again)
    changed = page.post(made.location, name="江示宁", staff_number="X1", version="1", active="1")
    assert changed.status_code == 303
    assert "130****1234" in text_of(page.get(made.location))
    stale = page.post(made.location, name="江示和", version="1", active="1")
    assert stale.status_code == 412
    assert "已被他人修改" in text_of(stale)


def test_a_value_in_clear_is_asked_for_with_a_purpose(trial: Trial) -> None:
    ident = everybody(trial.system.api("main", Role.ADMIN), "main")["013"]["id"]
    page, path = browser(trial, Role.COORDINATOR), f"{BASE}/people/{ident}"
    assert page.post(f"{path}/unmasking", field="phone", purpose="").status_code == 422
    shown = text_of(page.post(f"{path}/unmasking", field="phone", purpose="通知疾控"))
    assert re.search(r"13\d0000\d{4}", shown)
    assert "通知疾控" in text_of(browser(trial, Role.AUDITOR).get(f"{BASE}/audit/access"))
    assert browser(trial, Role.LEADER).post(f"{path}/unmasking", field="phone", purpose="x").status_code == 403


def test_a_list_is_taken_in_by_form(trial: Trial) -> None:
    client = browser(trial, Role.ADMIN)
    data = (SAMPLES / "staff-branch.csv").read_bytes()

    def sent() -> dict[str, Any]:
        return {"file": (io.BytesIO(data), "list.csv"), "csrf_token": client._csrf}

    page = text_of(client._client.post(f"{BASE}/people/import", data={**sent(), "dry_run": "1"}))
    assert "试算结果" in page
    assert "B01" not in everybody(trial.system.api("main", Role.ADMIN), "main")
    client._client.post(f"{BASE}/people/import", data=sent())
    assert "B01" in everybody(trial.system.api("main", Role.ADMIN), "main")
    none = client._client.post(f"{BASE}/people/import", data={"csrf_token": client._csrf})
    assert none.status_code == 422


def test_the_ledger_page_shows_the_day_and_its_week(trial: Trial) -> None:
    trial.system.tell(entrance(), site="main", subject="e-1")
    trial.system.tell(sealed("2021-03-01", "2021-03-01T09:30:00+00:00"), site="main", subject="r")
    page = text_of(browser(trial, Role.COORDINATOR).get(f"{BASE}/ledger"))
    assert "已报" in page
    assert "2021-03-07" in page
    assert "?day=2021-02-28" in page
    assert "2021-03-01 17:30" in page
    assert "没有需要报送" in text_of(browser(trial, Role.COORDINATOR).get(f"{BASE}/ledger", day="2021-02-01"))
    assert browser(trial, Role.COORDINATOR).get(f"{BASE}/ledger", day="yesterday").status_code == 422
    assert browser(trial, Role.MONITOR).get(f"{BASE}/ledger").status_code == 403


def test_groups_sections_protocol_and_calendar_by_form(trial: Trial) -> None:
    page = browser(trial, Role.ADMIN)
    people = everybody(trial.system.api("main", Role.ADMIN), "main")
    ident = people["018"]["id"]
    assert page.post(f"{BASE}/groups/office", add=ident, position="leader").status_code == 303
    assert people["018"]["name"] in text_of(page.get(f"{BASE}/groups/office"))
    assert page.post(f"{BASE}/groups/office", remove=ident).status_code == 303
    assert page.post(f"{BASE}/groups/office", leader_in_charge=ident).status_code == 303
    assert page.post(f"{BASE}/groups/football", add=ident).status_code == 404
    assert page.post(f"{BASE}/sections", name="新科室").status_code == 303
    assert page.post(f"{BASE}/sections", name="新科室").status_code == 409
    wrong = page.post(f"{BASE}/protocols", protocol="covid-7", effective_from="2021-03-01", effective_to="2021-01-01")
    assert wrong.status_code == 422
    assert "早于生效日" in text_of(wrong)
    assert page.post(f"{BASE}/protocols", protocol="covid-class-b", effective_from="2023-01-08").status_code == 303
    assert page.post(f"{BASE}/calendar", day="2021-03-02", working="no", reason="停电").status_code == 303
    assert "停电" in text_of(page.get(f"{BASE}/calendar"))
    assert page.post(f"{BASE}/calendar", day="", working="no").status_code == 422


def test_accounts_and_pins_by_form(trial: Trial) -> None:
    page = browser(trial, Role.SECURITY)
    ident = everybody(trial.system.api("main", Role.ADMIN), "main")["058"]["id"]
    made = page.post(f"{BASE}/accounts", person_id=ident, login="new.guard")
    assert made.status_code == 303
    link = page.post(made.location, do="link")
    assert link.status_code == 201
    assert "/coordination/links/" in text_of(link)
    assert page.post(made.location, do="give", role="monitor").status_code == 303
    assert page.post(made.location, do="give", role="king").status_code == 422
    assert page.post(f"{BASE}/pins", person_id=ident, pin="1111").status_code == 422
    assert page.post(f"{BASE}/pins", person_id=ident, pin="2580").status_code == 303
    assert page.post(made.location, do="take", role="monitor").status_code == 303
    assert page.post(made.location, do="close", version="1").status_code == 303
    assert "已停用" in text_of(page.get(made.location))


def test_a_desk_is_handed_over_by_form(trial: Trial) -> None:
    found = trial.system.api("main", Role.SECURITY).get(f"{API}/accounts", site="main", limit=500).get_json()
    logins = {one["login"]: one["id"] for one in found["items"]}
    security = browser(trial, Role.SECURITY)
    assert security.post(f"{BASE}/pins", person_id=logins["main-monitor2"], pin="2580").status_code == 303
    client = Client(trial.system.wsgi)
    password = trial.accounts["main-monitor"]["password"]
    client.post("/coordination/sign-in", data={"login": "main-monitor", "password": password})
    page = text_of(client.get(f"{BASE}/handover", headers={"Accept": "text/html"}))
    found = re.search(r'name="csrf_token" value="([0-9a-f]+)"', page)
    assert found is not None
    wrong = client.post(f"{BASE}/handover", data={"csrf_token": found[1], "who": "main-monitor2", "pin": "9753"})
    assert wrong.status_code == 422
    assert "口令码不正确" in text_of(wrong)
    good = client.post(f"{BASE}/handover", data={"csrf_token": found[1], "who": "main-monitor2", "pin": "2580"})
    assert good.location == "/screening/main/desk"


def test_the_auditor_reads_verifies_and_takes_the_log(trial: Trial) -> None:
    page = browser(trial, Role.AUDITOR)
    shown = text_of(page.get(f"{BASE}/audit", action="staff."))
    assert "staff.imported" in shown
    assert "site.opened" not in shown
    assert "日志链完整" in text_of(page.get(f"{BASE}/audit", verify="1"))
    taken = page.post(f"{BASE}/audit/export")
    names = zipfile.ZipFile(io.BytesIO(taken.data)).namelist()
    assert {"entries.jsonl", "head.json", "verify.py"} <= set(names)
    assert "audit.exported" in text_of(page.get(f"{BASE}/audit"))
    assert browser(trial, Role.ADMIN).post(f"{BASE}/audit/export").status_code == 403


def test_settings_by_form(trial: Trial) -> None:
    page = browser(trial, Role.ADMIN)
    found = re.search(r'name="version" value="(\d+)"', text_of(page.get(f"{BASE}/settings")))
    assert found is not None
    fields: dict[str, Any] = {
        "version": found[1], "name": "示范市社会保险局", "name_en": "Model City", "timezone": "Asia/Shanghai",
        "register_due": "17:45", "notice": "告知", "notice_version": "2", "phone_cdc": "13000000009",
        "keep_checks": "90", "keep_incidents": "1095", "keep_messages": "180", "keep_access_log": "365",
        "keep_events": "90",
    }  # fmt: skip
    assert page.post(f"{BASE}/settings", **fields).status_code == 303
    assert "17:45" in text_of(page.get(f"{BASE}/settings"))
    assert page.post(f"{BASE}/settings", **fields).status_code == 412
    assert page.post(f"{BASE}/settings", **(fields | {"version": "2", "keep_checks": "1"})).status_code == 422
    unmasks = trial.system.api("main", Role.ADMIN).get(f"{API}/sites/main").get_json()["settings"]["admins_unmask"]
    assert unmasks is True
