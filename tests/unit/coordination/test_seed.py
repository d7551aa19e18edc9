"""What a trial holds, and how an empty installation begins."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import Client

from common.civil.document import DocumentType, check_document
from common.events.catalogue.coordination import GroupChanged, PersonChanged, ProtocolAdopted, SiteChanged
from common.roles import Role
from common.secrets.sealed import unseal
from common.testing.system import Api, EmbeddedSystem
from coordination.service import service
from coordination.trial.people import branch_staff, main_staff
from tests.unit.coordination.support import API, SAMPLES, Trial, everybody


def test_every_role_has_a_sign_in_at_each_site_that_works(trial: Trial) -> None:
    for site in ("main", "branch", "blank"):
        held = [one for one in trial.accounts.values() if one["site"] == site]
        assert {role for one in held for role in one["roles"]} == {role.value for role in Role}
        assert {f"{site}-{role.value}" for role in Role} | {f"{site}-monitor2"} <= {one["login"] for one in held}
    for login, account in trial.accounts.items():
        answer = trial.try_in(login, account["password"], address=f"10.1.0.{len(login)}")
        assert answer.status_code == 201, login
    assert set(next(iter(trial.accounts.values()))) == {"site", "login", "password", "roles"}
    assert len({one["password"] for one in trial.accounts.values()}) == len(trial.accounts)


def test_a_sign_in_has_the_role_that_it_is_named_after_and_few_others(trial: Trial) -> None:
    for login, account in trial.accounts.items():
        if login != "regional":
            named = login.partition("-")[2].removesuffix("2")
            assert named in account["roles"], login
        assert not {"admin", "security", "auditor"} & set(account["roles"]) or len(account["roles"]) == 1


def test_the_trial_has_three_sites_their_staff_groups_and_protocol(trial: Trial) -> None:
    made = trial.system
    sites = {event.subject: event.data for event in made.events("coordination", SiteChanged)}
    assert {code: site["trial"] for code, site in sites.items()} == {"main": True, "branch": True, "blank": True}
    assert sites["main"]["settings"]["phones"]["emergency_120"] == "120"
    people = {code: everybody(made.api(code, Role.ADMIN), code) for code in sites}
    staff = {code: [one for one in found.values() if one["kind"] == "staff"] for code, found in people.items()}
    assert {code: len(found) for code, found in staff.items()} == {"main": 60, "branch": 14, "blank": 0}
    adopted = {event.site: event.data for event in made.events("coordination", ProtocolAdopted)}
    for code in sites:
        assert adopted[code]["effective_from"] == "2020-01-01"
        assert adopted[code]["effective_to"] is None
        assert adopted[code]["protocol"]["code"] == "covid-7-trial"
    members = {
        (event.site, event.subject): event.data["members"] for event in made.events("coordination", GroupChanged)
    }
    for code in ("leading", "coordination", "sanitation", "monitoring", "emergency", "counter", "supervision"):
        assert members["main", code], code
        assert not members["blank", code]


def test_everybody_is_plainly_invented_and_nobody_is_of_the_samples(trial: Trial) -> None:
    told = trial.system.events("coordination", PersonChanged)
    samples = (SAMPLES / "staff-branch.csv").read_text(encoding="utf-8-sig") + (SAMPLES / "README.md").read_text()
    for event in told:
        inside = unseal(event.data["sealed"], event.id)
        if event.data["kind"] == "account":
            assert inside["phone"] is inside["document_number"] is None
            continue
        assert re.fullmatch(r"13\d0000\d{4}", inside["phone"])
        number = inside["document_number"]
        assert check_document(DocumentType.RESIDENT_ID, number, today=date(2021, 3, 1)).checked
        assert 960 <= int(number[14:17]) <= 999
        assert inside["name"] not in samples
        assert number not in samples


def test_the_invented_lists_are_the_same_each_time() -> None:
    assert main_staff() == main_staff()
    day = date(2021, 3, 1)
    assert branch_staff(day) == branch_staff(day)
    names = [one.name for one in main_staff()]
    assert len(names) - len(set(names)) == 1


def test_filling_a_trial_again_changes_nothing_and_a_lost_file_gives_new_passwords(trial: Trial) -> None:
    host = trial.system.hosts["coordination"]
    assert service.seed is not None
    kept = host.settings.data / "trial-accounts.json"
    kept.write_text("[]")
    before = len(trial.system.events("coordination"))
    assert service.seed(host) == []
    trial.system.settle()
    assert len(trial.system.events("coordination")) == before
    kept.unlink()
    renewed = service.seed(host)
    assert isinstance(renewed, list)
    assert {one["login"]: one["roles"] for one in renewed} == {
        login: one["roles"] for login, one in trial.accounts.items()
    }
    assert trial.try_in("main-admin", trial.accounts["main-admin"]["password"]).status_code == 401
    fresh = next(one for one in renewed if one["login"] == "main-admin")
    assert trial.try_in("main-admin", fresh["password"]).status_code == 201


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[EmbeddedSystem]:
    made = EmbeddedSystem(tmp_path, [service])
    yield made
    made.close()


FOUND = {
    "site_name": "江北市社会保险局", "code": "north", "timezone": "Asia/Shanghai", "name": "江示安", "login": "boss",
    "password": "a quiet morning", "again": "a quiet morning",
}  # fmt: skip


def founding_link(made: EmbeddedSystem) -> str:
    link: Any = service.extra["found_installation"](made.hosts["coordination"])
    assert isinstance(link, str)
    return link


def test_the_first_administrator_opens_the_first_site_and_hands_two_links_on(empty: EmbeddedSystem) -> None:
    old, link = founding_link(empty), founding_link(empty)
    browser = Client(empty.wsgi)
    assert browser.get(old).status_code == 404
    assert browser.get(link).status_code == 200
    for wrong in ({"code": "North!"}, {"site_name": ""}, {"password": "short", "again": "short"}, {"timezone": "X/Y"}):
        assert browser.post(link, data=FOUND | wrong).status_code == 422, wrong
    done = browser.post(link, data=FOUND)
    assert done.status_code == 201
    page = done.get_data(as_text=True)
    links = re.findall(r"/coordination/links/[\w-]+", page)
    assert len(links) == 2
    assert browser.get(link).status_code == 404
    assert service.extra["found_installation"](empty.hosts["coordination"]) is None
    for path, login in zip(links, ("guard-of-keys", "eyes"), strict=True):
        form = {"name": "秦例和", "login": login, "password": "another morning", "again": "another morning"}
        assert browser.post(path, data=form).status_code == 303
        assert browser.post(path, data=form).status_code == 404

    def session(login: str, password: str) -> Api:
        answer = browser.post(f"{API}/sessions", json={"login": login, "password": password})
        return Api(empty, answer.get_json()["access_token"])

    boss = session("boss", "a quiet morning")
    adoption = {"site": "north", "protocol": "influenza-voluntary", "effective_from": "2021-03-01"}
    assert boss.post(f"{API}/protocols/adoptions", adoption).status_code == 201
    assert boss.get(f"{API}/accounts", site="north").status_code == 403
    security = session("guard-of-keys", "another morning")
    logins = [one["login"] for one in security.get(f"{API}/accounts", site="north").get_json()["items"]]
    assert logins == ["boss", "eyes", "guard-of-keys"]
    assert session("eyes", "another morning").get(f"{API}/audit", site="north").status_code == 200


def test_a_link_for_something_else_opens_nothing(empty: EmbeddedSystem) -> None:
    link = founding_link(empty)
    empty.clock.move(days=8)
    assert Client(empty.wsgi).post(link, data=FOUND).status_code == 404
    assert Client(empty.wsgi).get("/coordination/links/guess").status_code == 404
    foreign = Client(empty.wsgi).post(founding_link(empty), data=FOUND, headers={"Origin": "https://elsewhere.example"})
    assert foreign.status_code == 403
