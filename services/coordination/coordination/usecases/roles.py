"""Roles that people hold: kept in step with the groups, given and withheld by hand."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from common.op import Op
from common.roles import Role
from coordination.models import Account, GroupMember, HeldRole, WorkGroup
from coordination.usecases.revocation import end_sessions

GROUP, HAND = "group", "hand"


def roles_of(op: Op, site: str, person_ids: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """The roles that people hold at a site, sorted, by person."""
    wanted = list(person_ids)
    found: dict[str, list[str]] = {person: [] for person in wanted}
    for chunk in chunks(wanted):
        rows = op.db.execute(
            select(HeldRole.person_id, HeldRole.role)
            .where(HeldRole.site == site, HeldRole.person_id.in_(chunk), HeldRole.withheld.is_(False))
            .order_by(HeldRole.role)
        )
        for person, role in rows:
            found[person].append(role)
    return {person: tuple(roles) for person, roles in found.items()}


def grants_of(op: Op, person_id: str) -> dict[str, frozenset[Role]]:
    """All that a person may do, by site."""
    grants: dict[str, set[Role]] = {}
    rows = op.db.execute(
        select(HeldRole.site, HeldRole.role).where(HeldRole.person_id == person_id, HeldRole.withheld.is_(False))
    )
    for site, role in rows:
        grants.setdefault(site, set()).add(Role(role))
    return {site: frozenset(roles) for site, roles in grants.items()}


def follow_groups(op: Op, site: str, person_ids: Iterable[str]) -> set[str]:
    """Gives and takes the roles that groups give; returns whose roles changed. Sessions of whoever lost one end."""
    people = sorted(set(person_ids))
    op.db.flush()
    by_group = {group.code: group.roles for group in op.db.scalars(select(WorkGroup).where(WorkGroup.site == site))}
    changed: set[str] = set()
    lost: set[str] = set()
    for chunk in chunks(people):
        wanted: dict[str, set[str]] = {person: set() for person in chunk}
        members = select(GroupMember.person_id, GroupMember.group_code).where(
            GroupMember.site == site, GroupMember.person_id.in_(chunk)
        )
        for person, code in op.db.execute(members):
            wanted[person] |= set(by_group.get(code, ()))
        held: dict[str, dict[str, HeldRole]] = {person: {} for person in chunk}
        for row in op.db.scalars(select(HeldRole).where(HeldRole.site == site, HeldRole.person_id.in_(chunk))):
            held[row.person_id][row.role] = row
        for person in chunk:
            for role in sorted(wanted[person] - held[person].keys()):
                op.db.add(
                    HeldRole(person_id=person, site=site, role=role, origin=GROUP, given_by="group", given_at=op.now)
                )
                changed.add(person)
            for role, row in held[person].items():
                if row.origin == GROUP and role not in wanted[person]:
                    op.db.delete(row)
                    changed.add(person)
                    lost.add(person)
    op.db.flush()
    if lost:
        for account in op.db.scalars(select(Account).where(Account.person_id.in_(lost))):
            end_sessions(op, account)
    return changed


def chunks(values: list[str], size: int = 500) -> list[list[str]]:
    """Lists of at most `size`, so that a statement's parameters stay within what a database takes."""
    return [values[start : start + size] for start in range(0, len(values), size)]
