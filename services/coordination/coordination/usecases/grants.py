"""Giving and taking roles by hand: the security administrator's work, never for himself."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from common.errors import Invalid, NotFound, not_found
from common.op import Op, usecase
from common.roles import Role
from coordination.domain.grants import refuse_own, refuse_together
from coordination.domain.secrets import normalise_login
from coordination.models import Account, HeldRole, Person
from coordination.usecases.directory import tell_people
from coordination.usecases.locking import lock_site
from coordination.usecases.revocation import end_sessions
from coordination.usecases.roles import GROUP, HAND, grants_of


@usecase(read=True)
def list_grants(op: Op, *, site: str) -> Sequence[HeldRole]:
    """Every role held or withheld at a site, by person and role."""
    op.site(site)
    return op.db.scalars(
        select(HeldRole).where(HeldRole.site == site).order_by(HeldRole.person_id, HeldRole.role)
    ).all()


@usecase
def give_role(op: Op, *, site: str, role: Role, person_id: str | None = None, login: str | None = None) -> HeldRole:
    """Gives a role at a site to a person of it, or by login to somebody of another site.

    Raises Forbidden for oneself, Conflict if one person would be two administrators, NotFound.
    """
    op.site(site)
    lock_site(op, site)
    person = _person_meant(op, site, person_id, login)
    refuse_own(op.caller.id, person)
    refuse_together(grants_of(op, person).get(site, frozenset()), role)
    row = op.db.get(HeldRole, (person, site, role.value))
    if row is None:
        row = HeldRole(
            person_id=person, site=site, role=role.value, origin=HAND, given_by=op.caller.id, given_at=op.now
        )
        op.db.add(row)
    row.withheld, row.origin, row.given_by, row.given_at = False, HAND, op.caller.id, op.now
    _tell(op, site, person)
    op.audit("role.given", site=site, subject=f"staff:{person}", particulars={"role": role.value})
    return row


@usecase
def take_role(op: Op, *, site: str, role: Role, person_id: str) -> None:
    """Takes a role: one given by hand is gone, one that a group gives is withheld. Ends the account's sessions.

    Raises Forbidden for oneself, NotFound if the person does not hold it.
    """
    op.site(site)
    lock_site(op, site)
    refuse_own(op.caller.id, person_id)
    row = op.db.get(HeldRole, (person_id, site, role.value))
    if row is None or row.withheld:
        raise not_found("grant", "授权", f"{person_id}/{role.value}")
    if row.origin == GROUP:
        row.withheld, row.origin, row.given_by, row.given_at = True, HAND, op.caller.id, op.now
    else:
        op.db.delete(row)
    op.db.flush()
    account = op.db.get(Account, person_id)
    if account is not None:
        end_sessions(op, account)
    _tell(op, site, person_id)
    op.audit("role.taken", site=site, subject=f"staff:{person_id}", particulars={"role": role.value})


def _person_meant(op: Op, site: str, person_id: str | None, login: str | None) -> str:
    if (person_id is None) == (login is None):
        raise Invalid(
            "grant.who", "Name a person or a login, one of the two.", "请指定人员或登录名(二选一)。", field="person_id"
        )
    if person_id is not None:
        if op.db.scalars(select(Person.id).where(Person.id == person_id, Person.site == site)).first() is None:
            raise not_found("person", "人员", person_id)
        return person_id
    found = op.db.scalars(select(Account.person_id).where(Account.login == normalise_login(login or ""))).first()
    if found is None:
        raise NotFound("login.unknown", "There is no such login.", "没有该登录名。", field="login")
    return found


def _tell(op: Op, site: str, person_id: str) -> None:
    op.db.flush()
    tell_people(op, site, op.db.scalars(select(Person).where(Person.id == person_id, Person.site == site)).all())
