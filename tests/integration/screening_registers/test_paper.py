"""A register on paper and as a file: masked unless there is a right and a purpose, and read back by an import."""

from __future__ import annotations

import html
from typing import Any

import pytest
from sqlalchemy import text

from common.audit.log import verify_site
from common.audit.tree import short_head
from common.caller import system
from common.op import Op
from common.roles import Role
from common.tables import cell_text, read_tables
from tests.integration.screening_registers.support import IMPORTS, REGISTERS, Town, resident

DAY = "2021-03-01"
MAIN = f"{REGISTERS}/main/main/{DAY}"
PAGE = f"/screening/main/registers/main/{DAY}"
NUMBER = resident(7)


@pytest.fixture
def filled(town: Town) -> Town:
    """A day with a visitor, somebody without a mask, one who refused, one unnamed and one voided."""
    guard = town.guard()
    person = {"name": "测试甲", "document_number": NUMBER, "phone": "13800001234"}
    town.check(guard, 1, person=person, purpose="=1+1")
    town.check(guard, 2, mask=False)
    town.check(guard, 3, reading=None, refused_measurement=True)
    town.check(guard, 4, person={"kind": "unnamed"})
    mistyped = town.check(guard, 5, reading="38.6")
    guard.post(f"/screening/api/v1/checks/{mistyped['id']}/void", {"reason": "误录"})
    return town


def cells(content: bytes, name: str) -> list[list[str]]:
    [sheet] = read_tables(content, name)
    return [[cell_text(cell) for cell in row] for _, row in sheet]


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_a_file_masks_people_unless_whoever_may_says_what_for(filled: Town, form: str) -> None:
    coordinator = filled.api("main", Role.COORDINATOR, who="9")
    masked = coordinator.get(f"{MAIN}/export", form=form)
    assert masked.status_code == 200
    everything = " ".join(text for row in cells(masked.data, f"x.{form}") for text in row)
    assert NUMBER not in everything
    assert "13800001234" not in everything
    assert "测试甲" not in everything
    without = coordinator.post(f"{MAIN}/export", {"form": form, "purpose": " "})
    assert without.status_code == 422
    whole = coordinator.post(f"{MAIN}/export", {"form": form, "purpose": "报送疾控"})
    rows = cells(whole.data, f"x.{form}")
    assert NUMBER in rows[3]
    assert "测试甲" in rows[3]
    assert access_log(filled) == ["报送疾控"]


def test_who_may_not_unmask_gets_nothing_and_leaves_no_trace(filled: Town) -> None:
    asked = {"form": "csv", "purpose": "好奇"}
    assert filled.api("main", Role.ADMIN, who="8").post(f"{MAIN}/export", asked).status_code == 403
    assert filled.api("main", Role.LEADER, who="8").post(f"{MAIN}/export", asked).status_code == 403
    filled.system.clock.move(days=1)
    assert filled.guard().post(f"{MAIN}/export", asked).status_code == 403
    assert access_log(filled) == []


def test_a_formula_in_a_cell_is_made_harmless(filled: Town) -> None:
    found = filled.guard().get(f"{MAIN}/export", form="csv").data.decode("utf-8-sig")
    assert "'=1+1" in found
    assert ",=1+1" not in found


def test_an_exported_register_is_read_back_as_the_same_checks(filled: Town) -> None:
    coordinator = filled.api("main", Role.COORDINATOR, who="9")
    file = coordinator.post(f"{MAIN}/export", {"form": "xlsx", "purpose": "核对"}).data
    answer = coordinator.upload(IMPORTS, file, "register.xlsx", site="main").get_json()
    assert (answer["entrance"], answer["day"], answer["refused"]) == ("main", DAY, 0)
    assert answer["skipped"] == 2  # the voided line and the line of signatures
    assert (answer["accepted"], answer["unchanged"]) == (0, 4)


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_the_empty_form_is_read_by_an_import(town: Town, form: str) -> None:
    guard = town.guard()
    file = guard.get(f"{REGISTERS}/main/main/form", form=form)
    assert file.status_code == 200
    answer = guard.upload(IMPORTS, file.data, f"form.{form}", site="main", day=DAY).get_json()
    assert (answer["accepted"], answer["refused"]) == (0, 0), answer


def test_the_paper_bears_the_head_of_what_was_sealed(filled: Town) -> None:
    browser = filled.system.browser("main", Role.MONITOR)
    assert "未封存" in browser.get(f"{PAGE}/print").text
    head = filled.guard().post(f"{MAIN}/signature").get_json()["seal"]
    filled.system.clock.move(minutes=5)
    filled.check(filled.guard(), 6)
    page = html.unescape(browser.get(f"{PAGE}/print").text)
    assert short_head(bytes.fromhex(head)) in page
    assert page.count("<tr>") == 1 + 5  # the head and what was sealed, not what came later
    assert NUMBER not in page
    whole = browser.post(f"{PAGE}/print", purpose="存档")
    assert NUMBER in whole.text
    assert access_log(filled) == ["存档"]


def test_a_sealed_paper_stays_as_it_was_sealed(filled: Town) -> None:
    guard = filled.guard()
    guard.post(f"{MAIN}/signature")
    before = filled.api("main", Role.COORDINATOR).post(f"{MAIN}/export", {"form": "csv", "purpose": "一"}).data
    with filled.system.hosts["screening"].engine.begin() as connection:
        connection.execute(text("UPDATE entrance_check SET purpose = '改过'"))
    after = filled.api("main", Role.COORDINATOR).post(f"{MAIN}/export", {"form": "csv", "purpose": "二"}).data
    assert before == after


def test_signing_unmasking_and_amending_are_in_the_audit_log(filled: Town) -> None:
    guard = filled.guard()
    guard.post(f"{MAIN}/signature")
    guard.post(f"{MAIN}/export", {"form": "csv", "purpose": "存档"})
    host = filled.system.hosts["screening"]

    def actions(op: Op) -> list[Any]:
        assert verify_site(op.db, "main").holds
        return list(op.db.execute(text("SELECT action FROM audit_entry ORDER BY position")).scalars())

    assert {"register.sealed", "register.exported_unmasked"} <= set(host.run_system(actions, system("test")))


def access_log(town: Town) -> list[str]:
    with town.system.hosts["screening"].engine.connect() as connection:
        return list(connection.execute(text("SELECT purpose FROM access_log ORDER BY id")).scalars())
