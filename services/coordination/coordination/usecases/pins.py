"""A guard's PIN: his group leader sets it on the spot, and it signs him in at a shared desk while a full session stands
behind it.

The rule: whoever hands a desk over holds a session opened by password, with the role monitor at the site, that has
neither ended nor run out; a session opened by PIN passes on the one behind it. The new session has the role monitor at
that site alone, ends when the one behind it ends, and is revoked with it.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from common.caller import Caller
from common.errors import Forbidden, TooMany, Unauthenticated
from common.host import Host
from common.op import Op, usecase
from common.roles import Role
from coordination.domain.grants import refuse_own
from coordination.domain.groups import MEMBER
from coordination.domain.secrets import checked_pin, hash_secret, secret_fits
from coordination.models import Account, GroupMember, IssuedSession, Person
from coordination.usecases.accounts import find_account
from coordination.usecases.directory import find_person
from coordination.usecases.roles import grants_of
from coordination.usecases.sessions import Session, issue
from coordination.usecases.throttle import PER_LOGIN, count_attempt, throttle_key

MONITORING = "monitoring"


@usecase
def reset_pin(op: Op, *, site: str, person_id: str, pin: str) -> None:
    """The monitoring group's leader (or deputy) or the security administrator gives a guard a new PIN.

    Raises Forbidden for anybody else and for one's own PIN, NotFound, Invalid for a PIN that is too simple.
    """
    op.site(site)
    person = find_person(op, person_id, site)
    if not (op.caller.holds(site, Role.SECURITY) or leads_guards(op, site)):
        raise Forbidden(
            "pin.leader",
            "Only the leader of the monitoring group or the security administrator sets a PIN.",
            "仅监测登记组组长或安全管理员可以重置口令码。",
        )
    refuse_own(op.caller.id, person_id)
    if Role.MONITOR not in grants_of(op, person.id).get(site, frozenset()):
        raise Forbidden("pin.guard", "Only guards have a PIN.", "仅监测员使用口令码。")
    account = find_account(op, person.id)
    account.pin_hash = hash_secret(checked_pin(pin))
    op.audit("pin.reset", site=site, subject=account.ref)


def leads_guards(op: Op, site: str) -> bool:
    """Whether the caller leads the monitoring group of a site."""
    row = op.db.scalars(
        select(GroupMember).where(
            GroupMember.site == site,
            GroupMember.group_code == MONITORING,
            GroupMember.person_id == op.caller.id.partition(":")[2],
        )
    ).first()
    return row is not None and row.position != MEMBER


@dataclass(frozen=True)
class PinAttempt:
    """What is known before a PIN is judged."""

    wait_seconds: int | None
    person_id: str | None = None
    pin_hash: str | None = None


@usecase
def begin_pin_attempt(op: Op, *, site: str, who: str, key: str) -> PinAttempt:
    """Counts the attempt and finds the guard by login or staff number."""
    op.site(site)
    voucher(op, site)
    count, wait = count_attempt(op, key)
    if count > PER_LOGIN:
        return PinAttempt(wait)
    query = select(Account).join(Person, Person.id == Account.person_id).where(Account.disabled.is_(False))
    account = op.db.scalars(
        query.where(Person.site == site, (Account.login == who.lower()) | (Person.staff_number == who))
    ).first()
    if account is None:
        return PinAttempt(None)
    return PinAttempt(None, account.person_id, account.pin_hash)


@usecase
def open_pin_session(op: Op, *, site: str, person_id: str) -> Session:
    """Opens a session for a PIN that was found right. Raises Unauthenticated if nothing vouches for it any more."""
    behind = voucher(op, site)
    account = op.db.get_one(Account, person_id)
    if Role.MONITOR not in grants_of(op, person_id).get(site, frozenset()):
        raise Forbidden("pin.guard", "Only guards have a PIN.", "仅监测员使用口令码。")
    grants = {site: frozenset({Role.MONITOR})}
    return issue(op, account, grants, amr="pin", expires=behind.expires_at, vouched_by=behind.token_id)


def voucher(op: Op, site: str) -> IssuedSession:
    """The full session behind the caller's. Raises Unauthenticated if there is none in force."""
    current = op.db.get(IssuedSession, op.caller.token_id)
    behind = op.db.get(IssuedSession, current.vouched_by) if current is not None and current.vouched_by else current
    if behind is None or behind.ended or behind.expires_at <= op.now or not op.caller.holds(site, Role.MONITOR):
        raise Unauthenticated(
            "pin.voucher",
            "A PIN counts only at a desk where a guard is signed in by password: sign in with your password.",
            "口令码仅能在已有监测员用密码登录的岗位上使用：请用密码登录。",
        )
    return behind


def sign_in_by_pin(host: Host, caller: Caller, sites: frozenset[str], *, site: str, who: str, pin: str) -> Session:
    """A guard's session at the desk where the caller is signed in. Raises TooMany, Unauthenticated, Forbidden."""
    cleaned = who.strip()[:60]
    key = throttle_key("pin", f"{site}/{cleaned.lower()}")
    attempt = host.run(begin_pin_attempt, caller, sites, site=site, who=cleaned, key=key)
    if attempt.wait_seconds is not None:
        raise TooMany(
            "pin.throttled",
            "Too many wrong PINs: sign in with your password, or ask your group leader for a new PIN.",
            "口令码错误次数过多：请用密码登录，或请组长重置口令码。",
            retry_after=attempt.wait_seconds,
        )
    if not secret_fits(attempt.pin_hash, pin) or attempt.person_id is None:
        raise Unauthenticated("pin.wrong", "Name or PIN is wrong.", "登录名(工号)或口令码不正确。")
    return host.run(open_pin_session, caller, sites, site=site, person_id=attempt.person_id)
