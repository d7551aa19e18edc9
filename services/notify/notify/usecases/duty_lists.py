"""Who of a group is on duty on a day: a plain list, so that no phone rings on a free night."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import delete, select

from common.errors import Forbidden, Invalid
from common.op import Op, usecase
from common.roles import Role
from notify.domain.groups import GROUP_ROLES, groups_seen
from notify.domain.ladder import Directory
from notify.models import DutyPerson, PersonCopy
from notify.usecases.changes import take_turn
from notify.usecases.directory import load_directory, load_ways, reach

FURTHEST_DAYS = 366


@dataclass(frozen=True)
class DutyCandidate:
    """One of a group's people on a day."""

    person_id: str
    name: str
    on_duty: bool
    here: bool
    """Not on leave that day and still with the site."""
    reachable: bool


@dataclass(frozen=True)
class DutyDay:
    """A group's list of a local day."""

    site: str
    group: str
    day: date
    listed: bool
    """Whether a list was made; without one the whole group is on duty."""
    people: Sequence[DutyCandidate]
    left_out: Sequence[str] = ()
    """Names of those who were on the copied list and are away on this day."""


@usecase(read=True)
def read_duty(op: Op, *, site: str, group: str, day: date | None = None) -> DutyDay:
    """A group's list of a day (today if none is named), with all who could be on it."""
    _check(op, site, group)
    return _day(op, site, group, day or op.today(site))


@usecase
def set_duty(op: Op, *, site: str, group: str, day: date, people: Sequence[str]) -> DutyDay:
    """Sets who is on duty; nobody at all takes the list away. Raises Invalid for somebody who is not of the group or is
    away that day, and for a list of people none of whom can be reached."""
    _check(op, site, group, write=True)
    take_turn(op, site)
    if abs((day - op.today(site)).days) > FURTHEST_DAYS:
        raise Invalid("duty.day", "The day is over a year away.", "日期相差超过一年。", field="day")
    directory = load_directory(op, site, group, day)
    for one in people:
        if one not in directory.members or one not in directory.people:
            raise Invalid(
                "duty.not_of_group", "Person {who} is not one of this group.", "人员 {who} 不属于该组。",
                field="people", who=one,
            )  # fmt: skip
        if not directory.people[one].here(day):
            raise Invalid(
                "duty.away", "{who} is away on {day}: choose somebody else.", "{who} {day} 不在岗：请另选人员。",
                field="people", who=directory.people[one].masked_name, day=day.isoformat(),
            )  # fmt: skip
    _store(op, site, group, day, people)
    found = _day(op, site, group, day)
    if people and not any(one.on_duty and one.reachable for one in found.people):
        raise Invalid(
            "duty.unreachable",
            "None of the people on this list can be reached: an alert would pass them by.",
            "名单上没有可联系到的人：告警将直接越过当班人员。",
            field="people",
        )
    op.audit("duty.set", site=site, subject=f"{group}:{day.isoformat()}", particulars={"people": sorted(set(people))})
    return found


@usecase
def copy_duty(op: Op, *, site: str, group: str, day: date) -> DutyDay:
    """Takes over the list of the day before, without those who are away now. Raises Invalid when there was none."""
    _check(op, site, group, write=True)
    take_turn(op, site)
    before = list(
        op.db.scalars(
            select(DutyPerson.person_id).where(
                DutyPerson.site == site, DutyPerson.group == group, DutyPerson.day == day - timedelta(days=1)
            )
        )
    )
    if not before:
        raise Invalid("duty.none_before", "There is no list for the day before.", "前一天没有值班名单。", field="day")
    directory = load_directory(op, site, group, day)
    kept = [one for one in before if one in directory.members and _here(directory, one, day)]
    _store(op, site, group, day, kept)
    op.audit("duty.copied", site=site, subject=f"{group}:{day.isoformat()}", particulars={"people": sorted(kept)})
    gone = [directory.people[one].masked_name for one in before if one not in kept and one in directory.people]
    found = _day(op, site, group, day)
    return DutyDay(found.site, found.group, found.day, found.listed, found.people, gone)


def _check(op: Op, site: str, group: str, *, write: bool = False) -> None:
    op.site(site)
    if group not in GROUP_ROLES:
        raise Invalid("duty.group", "There is no group '{group}'.", "没有工作组“{group}”。", field="group", group=group)
    roles = op.caller.grants.get(site, frozenset())
    owners = {GROUP_ROLES[group], Role.COORDINATOR, Role.ADMIN}
    if group not in groups_seen(roles) or (write and not roles & owners):
        raise Forbidden("duty.not_yours", "This is another group's list.", "这是其他工作组的值班名单。", field="group")


def _here(directory: Directory, person: str, day: date) -> bool:
    return person in directory.people and directory.people[person].here(day)


def _store(op: Op, site: str, group: str, day: date, people: Sequence[str]) -> None:
    op.db.execute(delete(DutyPerson).where(DutyPerson.site == site, DutyPerson.group == group, DutyPerson.day == day))
    op.db.add_all(DutyPerson(site=site, group=group, day=day, person_id=one) for one in dict.fromkeys(people))
    op.db.flush()


def _day(op: Op, site: str, group: str, day: date) -> DutyDay:
    directory = load_directory(op, site, group, day)
    reached = {person.id for person, _ways in reach(directory, "group", load_ways(op, site, group))}
    named = list(dict.fromkeys([*directory.members, *(directory.duty or ())]))
    names = {
        row.id: row.name or row.masked_name
        for row in op.db.scalars(select(PersonCopy).where(PersonCopy.site == site, PersonCopy.id.in_(named)))
    }
    people = [
        DutyCandidate(
            person_id=one, name=names[one], on_duty=one in (directory.duty or ()), here=_here(directory, one, day),
            reachable=one in reached,
        )
        for one in named
        if one in names and (directory.people[one].active or one in (directory.duty or ()))
    ]  # fmt: skip
    return DutyDay(site, group, day, directory.duty is not None, people)
