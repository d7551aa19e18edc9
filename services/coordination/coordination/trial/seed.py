"""Fills a trial installation, or makes the link for the first administrator of an empty one."""

from __future__ import annotations

import secrets
from datetime import date
from typing import Any

from sqlalchemy import select

from common.caller import system
from common.civil.name import initials
from common.host import Host
from common.ids import new_id
from common.op import Op, usecase
from common.roles import ROLE_WORDS, Role
from coordination.domain.secrets import hash_secret
from coordination.models import Account, GroupMember, HeldRole, Person, Section, Site
from coordination.trial.people import branch_list, main_list
from coordination.usecases.accounts import make_account
from coordination.usecases.directory import tell_people
from coordination.usecases.import_staff import import_staff
from coordination.usecases.keys import signing_key
from coordination.usecases.links import found_link
from coordination.usecases.protocols import adopt_protocol
from coordination.usecases.roles import HAND, grants_of
from coordination.usecases.sites import open_site

ACCOUNTS_FILE = "trial-accounts.json"
PROTOCOL = "covid-7-trial"
IN_FORCE_FROM = date(2020, 1, 1)
SITES = (
    ("main", "示范市社会保险局", "Model City Social Insurance Bureau"),
    ("branch", "示范市社会保险局开发区分局", "Model City Social Insurance Bureau, Development Zone Branch"),
    ("blank", "空白单位", "Blank bureau"),
)
BLANK = "blank"
REGION = ("main", "branch")
SETTINGS: dict[str, Any] = {
    "phones": {
        "cdc": "13000000001",
        "fever_clinic": "13000000002",
        "emergency_120": "120",
        "community": "13000000003",
    },
    "admins_unmask": True,
}
GROUP_OF = {
    Role.MONITOR: ("monitoring", "member"),
    Role.EMERGENCY: ("emergency", "member"),
    Role.SUPERVISOR: ("supervision", "member"),
    Role.SANITATION: ("sanitation", None),
    Role.COUNTER: ("counter", "member"),
    Role.COORDINATOR: ("coordination", "member"),
    Role.LEADER: ("leading", "leader"),
}
"""Which member of which group gets the account of a role; others go to staff of no group."""


def seed(host: Host) -> list[dict[str, Any]]:
    """Fills a trial once and returns its sign-ins `{site, login, password, roles}`; nothing if it was filled before.

    Where the file of the sign-ins is gone (a start was cut off before it was written), the passwords are made anew.
    """
    kept = (host.settings.data / ACCOUNTS_FILE).exists()
    return host.run_system(fill_trial, system("coordination"), renew=not kept)


def found_installation(host: Host) -> str | None:
    """The path of the one-time link for the first administrator; `None` once there is a site."""
    made = host.run_system(found_link, system("coordination"))
    return None if made is None else made.path


@usecase
def fill_trial(op: Op, *, renew: bool) -> list[dict[str, Any]]:
    """All of the trial in one transaction: half a trial is never seen."""
    known = list(op.db.scalars(select(Site)))
    if known:
        return _renew(op) if renew and all(site.trial for site in known) else []
    signing_key(op)
    made: list[dict[str, Any]] = []
    for code, name, name_en in SITES:
        open_site(op, code=code, name=name, name_en=name_en, trial=True, settings=SETTINGS)
        adopt_protocol(op, site=code, protocol=PROTOCOL, effective_from=IN_FORCE_FROM, reason="试用")
    import_staff(op, site="main", filename="staff.xlsx", data=main_list())
    import_staff(op, site="branch", filename="staff.csv", data=branch_list(op.today("branch")))
    for code, _, _ in SITES:
        made += _accounts(op, code)
    made.append(_regional(op))
    return made


def _accounts(op: Op, site: str) -> list[dict[str, Any]]:
    used: set[str] = set()
    made = []
    for role, login in [*((role, f"{site}-{role.value}") for role in Role), (Role.MONITOR, f"{site}-monitor2")]:
        person = _invented(op, site, role, login) if site == BLANK else _fitting(op, site, role, used)
        used.add(person.id)
        made.append(_account(op, person, login, role, [site]))
    return made


def _regional(op: Op) -> dict[str, Any]:
    person = _invented(op, "main", Role.REGIONAL, "regional")
    return _account(op, person, "regional", Role.REGIONAL, list(REGION))


def _account(op: Op, person: Person, login: str, role: Role, sites: list[str]) -> dict[str, Any]:
    account = make_account(op, person, login)
    password = secrets.token_urlsafe(9)
    account.password_hash = hash_secret(password)
    for site in sites:
        if role not in grants_of(op, person.id).get(site, frozenset()):
            op.db.add(
                HeldRole(
                    person_id=person.id, site=site, role=role.value, origin=HAND, given_by=op.caller.id, given_at=op.now
                )
            )
            op.db.flush()
            if site == person.site:
                tell_people(op, site, [person])
    return _entry(op, account, password)


def _entry(op: Op, account: Account, password: str) -> dict[str, Any]:
    roles = sorted({role.value for held in grants_of(op, account.person_id).values() for role in held})
    return {"site": account.home_site, "login": account.login, "password": password, "roles": roles}


def _fitting(op: Op, site: str, role: Role, used: set[str]) -> Person:
    """Somebody of the site whom the role fits: of the group that gives it, else of no group at all."""
    people = select(Person).where(Person.site == site, Person.kind == "staff", Person.id.not_in(used))
    people = people.order_by(Person.staff_number)
    if role in GROUP_OF:
        code, position = GROUP_OF[role]
        people = people.join(GroupMember, GroupMember.person_id == Person.id).where(GroupMember.group_code == code)
        if position is not None:
            people = people.where(GroupMember.position == position)
        return _least_roles(op, list(op.db.scalars(people)))
    members = select(GroupMember.person_id).where(GroupMember.site == site)
    leaders = select(Section.id).where(Section.site == site, Section.leadership.is_(True))
    alone = people.where(Person.id.not_in(members), Person.section_id.not_in(leaders))
    found = op.db.scalars(alone.limit(1)).first()
    return found or _invented(op, site, role, f"{site}-{role.value}")


def _least_roles(op: Op, people: list[Person]) -> Person:
    """Of those whom a role fits the one with the fewest others, so that each sign-in shows one role."""
    return min(people, key=lambda one: (sum(map(len, grants_of(op, one.id).values())), one.staff_number or ""))


def _invented(op: Op, site: str, role: Role, login: str) -> Person:
    """A person known for signing in alone, called after his role."""
    name = f"{ROLE_WORDS[role]}{'二' if login.endswith('2') else ''}"
    person = Person(
        id=new_id(), site=site, kind="account", name=name, initials=initials(name), active=True, sequence=0, post="",
        company="", masked_document="", masked_phone="",
    )  # fmt: skip
    op.db.add(person)
    op.db.flush()
    tell_people(op, site, [person])
    return person


def _renew(op: Op) -> list[dict[str, Any]]:
    """New passwords for the accounts of the trial."""
    logins = {f"{code}-{role.value}" for code, _, _ in SITES for role in Role}
    logins |= {"regional", *(f"{code}-monitor2" for code, _, _ in SITES)}
    entries = []
    for account in op.db.scalars(select(Account).where(Account.login.in_(logins)).order_by(Account.login)):
        password = secrets.token_urlsafe(9)
        account.password_hash = hash_secret(password)
        entries.append(_entry(op, account, password))
    return entries
