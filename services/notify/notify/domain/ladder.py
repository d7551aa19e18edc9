"""The ladder: who is on each rung, who of them can be reached, and where an unanswered alert goes next."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date

from common.protocol import Rung

IN_APP = "in_app"

RUNG_WORDS: dict[str, tuple[str, str]] = {
    "on_duty": ("当班人员", "people on duty"),
    "group": ("全组", "the whole group"),
    "group_leader": ("组长", "group leader"),
    "leader_in_charge": ("分管领导", "leader in charge"),
    "leading_group": ("领导小组", "leading group"),
    "admins": ("系统管理员", "administrators"),
}
"""Chinese and English words of each rung."""

STANDING_LADDER: tuple[Rung, ...] = (
    Rung(to="on_duty", wait_minutes=5),
    Rung(to="group", wait_minutes=5),
    Rung(to="group_leader", wait_minutes=5),
    Rung(to="leader_in_charge", wait_minutes=10),
    Rung(to="leading_group", wait_minutes=10),
)
"""The ladder of a site that has no protocol in force: an alarm never waits for paperwork."""


@dataclass(frozen=True)
class Person:
    """Somebody who may be called."""

    id: str
    masked_name: str
    roles: frozenset[str] = frozenset()
    active: bool = True
    leaves: tuple[tuple[date, date], ...] = ()
    email: bool = False
    mobile: bool = False

    def here(self, day: date) -> bool:
        """Whether the person is with the site and not on leave that day (both ends of a leave are included)."""
        return self.active and not any(first <= day <= last for first, last in self.leaves)


@dataclass(frozen=True)
class Directory:
    """What a rung is resolved from: one group of one site on one day."""

    day: date
    people: dict[str, Person]
    members: tuple[str, ...] = ()
    leaders: tuple[str, ...] = ()
    """Leader and deputies of the group, the leader first."""
    leader_in_charge: str | None = None
    leading: tuple[str, ...] = ()
    admins: tuple[str, ...] = ()
    duty: tuple[str, ...] | None = None
    """Who is on duty; `None` where no list was made for the day: then it is the whole group."""
    board_roles: frozenset[str] = field(default_factory=frozenset)
    """Roles that can open the alert page: their holders are reached in the application itself."""

    def on(self, rung: str) -> tuple[str, ...]:
        """The people on a rung who are with the site today, in order, each once."""
        if rung == "on_duty":
            named = self.members if self.duty is None else self.duty
        elif rung == "leader_in_charge":
            named = (self.leader_in_charge,) if self.leader_in_charge else ()
        else:
            named = {
                "group": self.members,
                "group_leader": self.leaders,
                "leading_group": self.leading,
                "admins": self.admins,
            }[rung]
        found = dict.fromkeys(named)
        return tuple(one for one in found if one in self.people and self.people[one].here(self.day))

    def ways(self, person_id: str, channels: Sequence[tuple[str, str]]) -> tuple[str, ...]:
        """The ids of the channels, given as (id, kind), by which a person can be reached."""
        person = self.people[person_id]
        reached = [IN_APP] if person.roles & self.board_roles else []
        for channel, kind in channels:
            needs = {"email": person.email, "sms": person.mobile, "voice": person.mobile}
            if needs.get(kind, kind in ROBOTS):
                reached.append(channel)
        return tuple(reached)


ROBOTS = frozenset({"wecom", "dingtalk", "feishu"})
"""Kinds of channel that post to a group's chat and name the people who are called."""


@dataclass(frozen=True)
class Climb:
    """Where a climb ends: the rung that answers for the alert now, and those passed over because nobody was on them."""

    rung: int | None
    """Index into the ladder; `None` when the ladder has ended."""
    skipped: tuple[int, ...]


def next_rung(ladder: Sequence[str], after: int, reachable: Callable[[str], bool]) -> Climb:
    """The first rung above `after` (-1 at the start) with a reachable person (facts: messages)."""
    skipped: list[int] = []
    for index in range(after + 1, len(ladder)):
        if reachable(ladder[index]):
            return Climb(index, tuple(skipped))
        skipped.append(index)
    return Climb(None, tuple(skipped))
