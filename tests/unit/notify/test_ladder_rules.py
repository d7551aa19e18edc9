"""The ladder, marks and roles as plain rules."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from common.roles import Role
from notify.domain.groups import GROUP_ROLES, groups_seen, may_answer
from notify.domain.ladder import Directory, Person, next_rung
from notify.domain.states import Retest, is_silent, judge, public_state

DAY = date(2021, 3, 1)
NOW = datetime(2021, 3, 1, 9, tzinfo=UTC)


@given(st.lists(st.booleans(), max_size=8))
def test_a_climb_ends_at_the_first_reachable_rung_and_always_ends(reachable: list[bool]) -> None:
    ladder = [str(index) for index in range(len(reachable))]
    position, seen = -1, []
    for _ in range(len(ladder) + 1):
        step = next_rung(ladder, position, lambda to: reachable[int(to)])
        seen += [*step.skipped, *([] if step.rung is None else [step.rung])]
        if step.rung is None:
            break
        assert reachable[step.rung]
        position = step.rung
    assert seen == list(range(len(ladder)))


def test_who_is_on_a_rung() -> None:
    people = {
        name: Person(id=name, masked_name=name, active=name != "gone", leaves=((DAY, DAY),) if name == "away" else ())
        for name in ("a", "b", "gone", "away")
    }
    directory = Directory(
        day=DAY, people=people, members=("a", "b", "gone", "away", "a", "unknown"), duty=("b", "away")
    )
    assert directory.on("on_duty") == ("b",)
    assert directory.on("group") == ("a", "b")
    assert directory.on("leader_in_charge") == ()


def test_whom_a_channel_reaches() -> None:
    person = Person(id="p", masked_name="p", roles=frozenset({"emergency"}), email=True)
    directory = Directory(day=DAY, people={"p": person}, board_roles=frozenset({"emergency"}))
    channels = [("m", "email"), ("s", "sms"), ("w", "wecom"), ("h", "webhook")]
    assert directory.ways("p", channels) == ("in_app", "m", "w")


def test_the_mark_is_the_same_in_whatever_order_events_arrived() -> None:
    retests = [
        Retest("r1", NOW, normal=True), Retest("r2", NOW + timedelta(minutes=5), normal=False),
        Retest("r3", NOW + timedelta(minutes=9), normal=True),
    ]  # fmt: skip
    for order in permutations(retests):
        assert judge("c", order, frozenset()).mark == "retest_normal"
        assert judge("c", order, frozenset({"r3"})).mark == "none"
        assert judge("c", order, frozenset({"c"})).mark == "entry_error"
        assert judge("c", order, frozenset()).fever_again
        assert not judge("c", order, frozenset({"r2"})).fever_again


def test_only_an_open_alert_is_marked_to_the_world() -> None:
    states = ("open", "acknowledged", "closed", "exhausted")
    assert [public_state(state, "entry_error") for state in states] == ["marked", "acknowledged", "closed", "exhausted"]


def test_how_old_an_imported_reading_still_alarms() -> None:
    def silent(hours: float, *, imported: bool = True) -> bool:
        return is_silent(imported=imported, measured_at=NOW - timedelta(hours=hours), now=NOW, alarm_within_hours=24)

    assert [silent(24), silent(24.01), silent(500, imported=False), silent(-1)] == [False, True, False, False]


def test_who_sees_and_who_answers() -> None:
    assert groups_seen({Role.EMERGENCY}) == {"emergency"}
    assert groups_seen({Role.ADMIN}) == set(GROUP_ROLES)
    assert groups_seen({Role.REGIONAL}) == set()
    answers = {role for role in Role if may_answer({role}, group="emergency", reaches_nobody=False)}
    assert answers == {Role.EMERGENCY, Role.LEADER}
    assert may_answer({Role.ADMIN}, group="emergency", reaches_nobody=True)
