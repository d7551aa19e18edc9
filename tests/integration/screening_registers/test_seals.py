"""A seal shows what was changed behind its back, and outlives what the law has destroyed."""

from __future__ import annotations

import json
import threading
from typing import Any

import pytest
from sqlalchemy import text

from common.events.catalogue.coordination import SiteChanged
from common.events.catalogue.screening import RegisterSealed
from common.testing.system import Api
from tests.integration.screening_registers.support import REGISTERS, Town

DAY = "2021-03-01"
MAIN = f"{REGISTERS}/main/main/{DAY}"


@pytest.fixture
def sealed(town: Town) -> Town:
    """A day of four checks, one voided, sealed."""
    guard = town.guard()
    made = [town.check(guard, number) for number in range(4)]
    guard.post(f"/screening/api/v1/checks/{made[3]['id']}/void", {"reason": "误录"})
    assert guard.post(f"{MAIN}/signature").get_json()["version"] == 1
    assert verified(guard)["holds"] is True
    return town


def verified(api: Api) -> dict[str, Any]:
    answer = api.get(f"{MAIN}/verification")
    assert answer.status_code == 200, answer.get_json()
    found: dict[str, Any] = answer.get_json()
    return found


def tamper(town: Town, statement: str, **values: Any) -> None:
    with town.system.hosts["screening"].engine.begin() as connection:
        assert connection.execute(text(statement), values).rowcount > 0


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ("UPDATE entrance_check SET reading = 3640 WHERE id = :second", "check_changed"),
        ("UPDATE entrance_check SET name = '另外一人' WHERE id = :second", "check_changed"),
        ("UPDATE entrance_check SET reading = 3640, sequence = 9 WHERE id = :second", "check_changed"),
        ("DELETE FROM entrance_check WHERE id = :second", "check_missing"),
        (("UPDATE register_row SET content = (SELECT content FROM register_row WHERE check_id = :first) "
         "WHERE check_id = :second"), "row_changed"),
        ("DELETE FROM register_row WHERE check_id = :second", "row_missing"),
        ("UPDATE register_row SET digest = zeroblob(32) WHERE check_id = :second", "row_missing"),
        ("UPDATE register_seal SET root = zeroblob(32)", "root"),
        ("UPDATE register_seal SET digests = substr(digests, 33)", "root"),
        ("UPDATE register_seal SET header = json_set(header, '$.counts.hold', 3)", "head"),
        ("UPDATE register SET head = zeroblob(32)", "head"),
        ("UPDATE register_seal SET position = 7", "chain"),
        ("UPDATE register_chain SET head = zeroblob(32)", "chain"),
        ("DELETE FROM register_seal", "open"),
    ],
)  # fmt: skip
def test_a_change_behind_the_seal_is_named(sealed: Town, statement: str, kind: str) -> None:
    guard = sealed.guard()
    rows = guard.get(MAIN).get_json()["rows"]["items"]
    named = {"first": rows[0]["check_id"], "second": rows[1]["check_id"]}
    tamper(sealed, statement, **{name: value for name, value in named.items() if f":{name}" in statement})
    if kind == "open":
        assert guard.get(f"{MAIN}/verification").status_code == 409
        return
    found = verified(guard)
    assert found["holds"] is False
    assert kind in {fault["kind"] for fault in found["faults"]}
    if kind.startswith(("check_", "row_")):
        assert 2 in {fault["row"] for fault in found["faults"]}


def test_a_purge_leaves_the_seal_verifiable_and_nothing_personal(sealed: Town) -> None:
    before = sealed.guard().get(MAIN).get_json()
    sealed.system.tick(days=120)
    sealed.system.tick(minutes=20)
    guard = sealed.guard()
    after = verified(guard)
    assert (after["holds"], after["rows"], after["erased"]) == (True, 4, 4)
    assert after["head"] == before["head"]
    with sealed.system.hosts["screening"].engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM entrance_check")).scalar() == 0
        kept = connection.execute(text("SELECT count(*) FROM register_row WHERE content IS NOT NULL"))
        assert kept.scalar() == 0
    tamper(sealed, "UPDATE register_row SET digest = zeroblob(32) WHERE voided")
    assert verified(guard)["holds"] is False


def test_an_archived_sites_registers_keep_their_particulars(sealed: Town) -> None:
    settings = {"retention": {"archive": True}}
    sealed.system.tell(
        SiteChanged(code="main", name="测试单位", name_en="Test", settings=settings),
        site="main",
        subject="main",
        sequence=2,
    )
    sealed.system.tick(days=120)
    found = verified(sealed.guard())
    assert (found["holds"], found["erased"]) == (True, 0)


def test_two_guards_at_once_make_one_seal(town: Town) -> None:
    guards = [town.guard(str(number)) for number in range(1, 5)]
    for number, guard in enumerate(guards):
        town.check(guard, number)
    barrier = threading.Barrier(len(guards))
    answers: list[Any] = []

    def sign(guard: Api) -> None:
        barrier.wait()
        answers.append(guard.post(f"{MAIN}/signature"))

    threads = [threading.Thread(target=sign, args=(guard,)) for guard in guards]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert [answer.status_code for answer in answers] == [201] * 4
    assert sorted(answer.get_json()["version"] for answer in answers) == [0, 0, 0, 1]
    town.system.settle()
    assert len(town.system.events("screening", RegisterSealed)) == 1
    assert len(guards[0].get(MAIN).get_json()["signatures"]) == 4


def test_the_events_hold_no_personal_data(sealed: Town) -> None:
    sealed.system.settle()
    [event] = sealed.system.events("screening", RegisterSealed)
    assert "测试" not in json.dumps(event.data, ensure_ascii=False)
    assert "13800000001" not in event.to_json()
