"""The plan's groups at a site: who leads, who belongs, which roles membership gives (plan P2)."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from common.errors import Conflict
from common.op import Op, usecase
from coordination.domain.grants import refuse_own
from coordination.domain.groups import GROUPS, LEADER, checked_group_roles, position_code
from coordination.models import GroupMember, Person, WorkGroup
from coordination.usecases.directory import (
    check_version,
    find_group,
    find_person,
    members_by_group,
    tell_groups,
    tell_people,
)
from coordination.usecases.locking import lock_site
from coordination.usecases.roles import follow_groups


@dataclass(frozen=True)
class GroupView:
    """A group with its members, leaders first."""

    group: WorkGroup
    name: str
    name_en: str
    members: tuple[tuple[str, Person], ...]


@usecase(read=True)
def list_groups(op: Op, *, site: str) -> list[GroupView]:
    """The plan's groups of a site in the plan's order."""
    op.site(site)
    rows = {group.code: group for group in op.db.scalars(select(WorkGroup).where(WorkGroup.site == site))}
    members = members_by_group(op, site)
    return [_view(rows[code], members[code]) for code in GROUPS if code in rows]


@usecase
def change_group(
    op: Op,
    *,
    site: str,
    code: str,
    expected: int | None,
    members: list[tuple[str, str]] | None = None,
    leader_in_charge: str | None = None,
    keep_leader_in_charge: bool = True,
    roles: list[str] | None = None,
) -> GroupView:
    """Changes members (person, position), the leader who answers for the group, and the roles it gives.

    Raises Stale, NotFound for somebody who is not of this site, Conflict for two leaders or an inactive member,
    Forbidden for the caller's own membership.
    """
    lock_site(op, site)
    group = find_group(op, site, code)
    check_version(group.sequence, expected)
    touched: set[str] = set()
    if members is not None:
        touched |= _set_members(op, group, members)
    if not keep_leader_in_charge:
        if leader_in_charge:
            find_person(op, leader_in_charge, site)
        group.leader_in_charge = leader_in_charge or None
    if roles is not None:
        group.roles = checked_group_roles(roles)
        op.db.flush()
        query = select(GroupMember.person_id).where(GroupMember.site == site, GroupMember.group_code == code)
        everyone = set(op.db.scalars(query))
        for person in everyone:
            refuse_own(op.caller.id, person)
        touched |= everyone
    changed = follow_groups(op, site, touched)
    tell_groups(op, site, [code])
    tell_people(op, site, op.db.scalars(select(Person).where(Person.id.in_(changed))))
    op.audit(
        "group.changed", site=site, subject=f"group:{code}",
        particulars={"members": len(members) if members is not None else None, "roles": group.roles},
    )  # fmt: skip
    return _view(group, members_by_group(op, site)[code])


def _set_members(op: Op, group: WorkGroup, members: list[tuple[str, str]]) -> set[str]:
    wanted = {person: position_code(position) for person, position in members}
    if sum(position == LEADER for position in wanted.values()) > 1 or len(wanted) != len(members):
        raise Conflict(
            "group.leaders",
            "A group has one leader, and nobody is in it twice.",
            "每个工作组只有一名组长，且同一人不能重复。",
            field="members",
        )
    query = select(GroupMember).where(GroupMember.site == group.site, GroupMember.group_code == group.code)
    present = {row.person_id: row for row in op.db.scalars(query)}
    changed = {person for person in {*wanted, *present} if wanted.get(person) != _position(present.get(person))}
    for person in changed:
        refuse_own(op.caller.id, person)
        if person not in wanted:
            op.db.delete(present[person])
            continue
        if not find_person(op, person, group.site).active:
            raise Conflict(
                "group.inactive", "A member has left the bureau.", "成员已不在岗，不能加入工作组。", field="members"
            )
        if person in present:
            present[person].position = wanted[person]
        else:
            op.db.add(GroupMember(site=group.site, group_code=group.code, person_id=person, position=wanted[person]))
    return changed


def _position(row: GroupMember | None) -> str | None:
    return row.position if row is not None else None


def _view(group: WorkGroup, members: list[tuple[GroupMember, Person]]) -> GroupView:
    kind = GROUPS[group.code]
    return GroupView(group, kind.zh, kind.en, tuple((member.position, person) for member, person in members))
