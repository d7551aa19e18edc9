"""Signing, sealing and amending a day's register (plan G3)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from common.audit.tree import check_short_head
from common.events.catalogue.coordination import GroupChanged, GroupMember
from common.events.catalogue.screening import RegisterSealed
from common.roles import Role
from common.testing.system import Api
from tests.integration.screening_registers.support import REGISTERS, Town

DAY = "2021-03-01"
MAIN = f"{REGISTERS}/main/main/{DAY}"


def sign(api: Api, body: Any = None, path: str = MAIN, status: int = 201) -> dict[str, Any]:
    answer = api.post(f"{path}/signature", body)
    assert answer.status_code == status, answer.get_json()
    found: dict[str, Any] = answer.get_json()
    return found


def read(api: Api, path: str = MAIN, **query: Any) -> dict[str, Any]:
    answer = api.get(path, **query)
    assert answer.status_code == 200, answer.get_json()
    found: dict[str, Any] = answer.get_json()
    return found


def test_each_guard_signs_and_the_last_one_seals(town: Town) -> None:
    one, two = town.guard("1"), town.guard("2")
    town.check(one, 1)
    town.check(two, 2, reading="37.6")
    town.check(two, 3, mask=False)
    before = read(one)
    assert (before["state"], before["version"], before["head"]) == ("open", 0, None)
    assert [guard["checks"] for guard in before["waiting_for"]] == [1, 2]
    first = sign(one)
    assert (first["seal"], first["version"]) == (None, 0)
    assert [guard["name"] for guard in first["waiting_for"]] == ["监测员2"]
    assert read(one)["state"] == "part_signed"
    assert sign(one) == first
    last = sign(two)
    assert last["version"] == 1
    assert last["waiting_for"] == []
    assert len(bytes.fromhex(last["seal"])) == 32
    assert check_short_head(bytes.fromhex(last["seal"]), last["short_seal"])
    assert sign(two) == last
    assert sign(one)["seal"] == last["seal"]
    after = read(one)
    assert (after["state"], after["head"], after["previous"]) == ("sealed", last["seal"], None)
    assert after["counts"] == {
        **dict.fromkeys(after["counts"], 0),
        "total": 3,
        "admit": 1,
        "refuse": 1,
        "hold": 1,
        "fever": 1,
        "visitors": 3,
    }
    assert [row["standing"] for row in after["rows"]["items"]] == ["sealed"] * 3
    [told] = _sealed(town)
    assert told.sequence == 1
    assert told.data["head"] == last["seal"]
    assert told.data["counts"]["total"] == 3


def test_a_guard_who_goes_on_after_signing_signs_again(town: Town) -> None:
    one, two = town.guard("1"), town.guard("2")
    town.check(one, 1)
    town.check(two, 2)
    sign(one)
    town.check(one, 3)
    assert [guard["guard"][-1] for guard in sign(two)["waiting_for"]] == ["1"]
    assert sign(one)["version"] == 1


def test_an_open_day_without_checks_is_sealed_by_one_signature(town: Town) -> None:
    answer = sign(town.guard())
    assert answer["version"] == 1
    assert read(town.guard())["counts"]["total"] == 0
    [told] = _sealed(town)
    assert told.data["counts"]["total"] == 0


def test_a_closed_day_and_a_day_to_come_are_not_signed(town: Town) -> None:
    guard = town.guard()
    assert sign(guard, path=f"{REGISTERS}/main/main/2021-03-02", status=422)["code"] == "register.future"
    town.system.clock.move(days=5)  # Saturday 6 March
    late = town.guard()
    assert sign(late, path=f"{REGISTERS}/main/main/2021-03-06", status=409)["code"] == "register.closed_day"
    assert sign(late, path=f"{REGISTERS}/main/main/2021-02-26", status=409)["code"] == "register.closed_day"


def test_who_took_no_check_does_not_sign_for_others(town: Town) -> None:
    town.check(town.guard("1"), 1)
    assert sign(town.guard("2"), status=409)["code"] == "register.not_yours"
    assert sign(town.api("main", Role.LEADER, who="5"), status=403)["code"] == "register.may_not_sign"
    assert sign(town.api("main", Role.ADMIN, who="5"), status=403)["code"] == "register.may_not_sign"


def test_for_an_absent_guard_signs_a_coordinator_or_the_groups_leader_with_a_reason(town: Town) -> None:
    one, two = town.guard("1"), town.guard("2")
    town.check(one, 1)
    town.check(two, 2)
    absent = read(one)["waiting_for"][0]["guard"]
    leader = town.guard("7")
    assert sign(leader, {"on_behalf_of": absent, "reason": "病假"}, status=403)["code"] == "register.on_behalf"
    town.system.tell(
        GroupChanged(
            code="monitoring",
            name="监测登记组",
            members=(GroupMember(person_id="00000000-0000-7000-8000-000000000007", position="leader"),),
        ),
        site="main",
        subject="monitoring",
    )
    assert sign(leader, {"on_behalf_of": absent}, status=422)["field"] == "reason"
    signed = sign(leader, {"on_behalf_of": absent, "reason": "病假"})
    [mark] = signed["signed_by"]
    assert (mark["guard"], mark["by_name"], mark["reason"]) == (absent, "监测员7", "病假")
    assert sign(two)["version"] == 1


def test_what_comes_after_sealing_is_amended_with_a_reason(town: Town) -> None:
    guard = town.guard()
    unnamed = town.check(guard, 1, person={"kind": "unnamed"})
    mistyped = town.check(guard, 2)
    first = sign(guard)
    assert guard.post(f"{MAIN}/amendments", {"reason": "x"}).get_json()["code"] == "register.nothing_to_amend"
    town.check(guard, 3)
    assert guard.post(f"/screening/api/v1/checks/{mistyped['id']}/void", {"reason": "误录"}).status_code == 200
    named = {"person": {"name": "测试补"}}
    assert guard.post(f"/screening/api/v1/checks/{unnamed['id']}/completion", named).status_code == 200
    now = read(guard)
    assert (now["state"], now["to_amend"], now["head"]) == ("sealed", 3, first["seal"])
    assert sorted(row["standing"] for row in now["rows"]["items"]) == ["changed", "changed", "late"]
    assert sign(guard)["seal"] == first["seal"]
    assert guard.post(f"{MAIN}/amendments", {"reason": " "}).status_code == 422
    amended = guard.post(f"{MAIN}/amendments", {"reason": "补录一人,更正两条"})
    assert amended.status_code == 201, amended.get_json()
    after = read(guard)
    assert (after["state"], after["version"], after["to_amend"]) == ("amended", 2, 0)
    [amendment] = after["amendments"]
    assert (amendment["previous"], amendment["reason"]) == (first["seal"], "补录一人,更正两条")
    assert after["counts"] | {"total": 3, "voided": 1, "late": 1} == after["counts"]
    assert [event.data["version"] for event in _sealed(town)] == [1, 2]
    assert [event.data["amendment_reason"] for event in _sealed(town)] == [None, "补录一人,更正两条"]
    assert read(guard, f"{MAIN}/verification")["holds"] is True


def test_leaving_after_sealing_needs_no_amendment(town: Town) -> None:
    guard = town.guard()
    inside = town.check(guard, 1)
    sign(guard)
    town.system.clock.move(minutes=30)
    assert guard.post(f"/screening/api/v1/checks/{inside['id']}/departure").status_code == 200
    assert read(guard)["to_amend"] == 0
    assert read(guard, f"{MAIN}/verification")["holds"] is True


def test_days_are_chained_in_the_order_they_are_sealed(town: Town) -> None:
    town.check(town.guard(), 1)
    town.system.clock.move(days=1)
    tuesday = town.guard()
    town.check(tuesday, 2)
    second = sign(tuesday, path=f"{REGISTERS}/main/main/2021-03-02")
    first = sign(tuesday)
    assert read(tuesday)["previous"] == second["seal"]
    assert first["seal"] != second["seal"]
    for day in ("2021-03-01", "2021-03-02"):
        assert read(tuesday, f"{REGISTERS}/main/main/{day}/verification")["holds"] is True


def test_half_past_midnight_belongs_to_its_own_day(town: Town) -> None:
    town.system.clock.at += timedelta(hours=16)  # 00:30 on 2 March in Shanghai, 1 March in UTC
    late = town.guard()
    town.check(late, 1)
    assert read(late, f"{REGISTERS}/main/main/2021-03-02")["counts"]["total"] == 1
    assert read(late)["counts"]["total"] == 0


def test_another_sites_register_is_out_of_reach(town: Town) -> None:
    town.check(town.guard(), 1)
    sign(town.guard())
    stranger = town.guard("3", site="branch")
    for path in (MAIN, f"{MAIN}/verification", f"{MAIN}/export"):
        assert stranger.get(path).status_code == 403
    assert stranger.post(f"{MAIN}/signature").status_code == 403
    listed = stranger.get(REGISTERS, site="branch").get_json()["items"]
    assert all(line["counts"]["total"] == 0 for line in listed)
    assert stranger.get(REGISTERS, site="main").status_code == 403


def test_the_list_tells_what_is_due(town: Town) -> None:
    guard = town.guard()
    town.check(guard, 1)
    items = guard.get(REGISTERS, site="main", days=3).get_json()["items"]
    assert [(line["day"], line["due"], line["state"]) for line in items] == [(DAY, True, "open")]
    assert [one["checks"] for one in items[0]["waiting_for"]] == [1]
    sign(guard)
    town.check(guard, 2)
    [line] = guard.get(REGISTERS, site="main", days=3).get_json()["items"]
    assert (line["due"], line["state"], line["to_amend"]) == (False, "sealed", 1)


def test_rows_come_page_by_page_in_order(town: Town) -> None:
    guard = town.guard()
    for number in range(5):
        town.system.clock.move(minutes=1)
        town.check(guard, number)
    seen: list[str] = []
    after = None
    for _ in range(3):
        rows = read(guard, after=after, limit=2)["rows"]
        seen += [row["measured_at"] for row in rows["items"]]
        after = rows["next"]
    assert after is None
    assert len(seen) == 5
    assert seen == sorted(seen)
    assert guard.get(MAIN, after="nonsense").status_code == 422


def _sealed(town: Town) -> list[Any]:
    town.system.settle()
    return town.system.events("screening", RegisterSealed)
