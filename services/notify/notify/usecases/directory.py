"""Loads whom an alert can reach: a group's people on a day, and the ways out that carry its alerts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from common.civil.phone import is_mobile
from common.op import Op
from common.roles import Role
from notify.domain.groups import GROUP_ROLES, READERS
from notify.domain.ladder import Directory, Person
from notify.models import ChannelConfig, DutyPerson, GroupCopy, PersonCopy, PersonRole

MAIL = "mail"
"""The channel of the installation's own mail server."""
TRIAL_SMS = "sms"
"""In a trial, text messages are shown though no provider is set up."""
BOARD_ROLES = frozenset(role.value for role in READERS)


@dataclass(frozen=True)
class Way:
    """A channel that carries a group's alerts."""

    id: str
    kind: str
    name: str


def load_directory(op: Op, site: str, group: str, day: date) -> Directory:
    """The people a ladder of `group` is resolved from on a local day."""
    groups = {
        row.code: row
        for row in op.db.scalars(
            select(GroupCopy).where(GroupCopy.site == site, GroupCopy.code.in_({group, "leading"}))
        )
    }
    wanted_roles = {GROUP_ROLES[group].value, Role.LEADER.value, Role.ADMIN.value}
    holders: dict[str, list[str]] = defaultdict(list)
    for role, person in op.db.execute(
        select(PersonRole.role, PersonRole.person_id)
        .where(PersonRole.site == site, PersonRole.role.in_(wanted_roles))
        .order_by(PersonRole.person_id)
    ):
        holders[role].append(person)
    own = groups.get(group)
    members = [*_members(own), *holders[GROUP_ROLES[group].value]]
    leading = [*_members(groups.get("leading")), *holders[Role.LEADER.value]]
    in_charge = own.leader_in_charge if own is not None else None
    duty = tuple(
        op.db.scalars(
            select(DutyPerson.person_id)
            .where(DutyPerson.site == site, DutyPerson.group == group, DutyPerson.day == day)
            .order_by(DutyPerson.person_id)
        )
    )
    everybody = {*members, *leading, *holders[Role.ADMIN.value], *duty, *([in_charge] if in_charge else [])}
    return Directory(
        day=day, people=load_people(op, site, everybody), members=tuple(members), leaders=tuple(_leaders(own)),
        leader_in_charge=in_charge, leading=tuple(leading), admins=tuple(holders[Role.ADMIN.value]),
        duty=duty or None, board_roles=BOARD_ROLES,
    )  # fmt: skip


def load_people(op: Op, site: str, ids: Iterable[str]) -> dict[str, Person]:
    """People of a site by id."""
    rows = op.db.scalars(select(PersonCopy).where(PersonCopy.site == site, PersonCopy.id.in_(sorted(ids))))
    return {
        row.id: Person(
            id=row.id, masked_name=row.masked_name, roles=frozenset(row.roles), active=row.active,
            leaves=tuple(
                (date.fromisoformat(one["first_day"]), date.fromisoformat(one["last_day"])) for one in row.leaves
            ),
            email=bool(row.email), mobile=bool(row.phone) and is_mobile(row.phone or ""),
        )
        for row in rows
    }  # fmt: skip


def load_ways(op: Op, site: str, group: str) -> list[Way]:
    """The enabled channels that carry a group's alerts at a site, the installation's mail server among them."""
    rows = op.db.scalars(
        select(ChannelConfig)
        .where(ChannelConfig.site == site, ChannelConfig.enabled.is_(True))
        .order_by(ChannelConfig.id)
    )
    ways = [Way(row.id, row.kind, row.name) for row in rows if not row.groups or group in row.groups]
    kinds = {way.kind for way in ways}
    trial = op.site(site).trial
    if "email" not in kinds and (op.host.settings.smtp or trial):
        ways.append(Way(MAIL, "email", MAIL))
    if trial and "sms" not in kinds:
        ways.append(Way(TRIAL_SMS, "sms", TRIAL_SMS))
    return ways


def reach(directory: Directory, rung: str, ways: Sequence[Way]) -> list[tuple[Person, tuple[str, ...]]]:
    """The people on a rung who can be reached, each with the ids of the channels."""
    pairs = [(way.id, way.kind) for way in ways]
    found = [(directory.people[one], directory.ways(one, pairs)) for one in directory.on(rung)]
    return [(person, through) for person, through in found if through]


def _members(group: GroupCopy | None) -> list[str]:
    return [] if group is None else [str(member["person_id"]) for member in group.members]


def _leaders(group: GroupCopy | None) -> list[str]:
    if group is None:
        return []
    order: dict[str, int] = {"leader": 0, "deputy": 1}
    named: list[dict[str, Any]] = [member for member in group.members if member["position"] in order]
    return [str(member["person_id"]) for member in sorted(named, key=lambda one: order[one["position"]])]
