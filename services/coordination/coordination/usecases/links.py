"""One-time links: to found an installation, to take up an administrator's role, to set a password."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, update

from common.errors import Forbidden, Invalid, NotFound
from common.ids import new_id
from common.op import Op, text_or_invalid, usecase
from common.roles import Role
from coordination.domain.grants import refuse_own
from coordination.domain.secrets import checked_password, hash_secret, normalise_login
from coordination.models import Account, HeldRole, OneTimeLink, Person, Site
from coordination.usecases.accounts import find_account, make_account, own_account
from coordination.usecases.directory import tell_people
from coordination.usecases.particulars import set_name
from coordination.usecases.revocation import end_sessions
from coordination.usecases.roles import HAND
from coordination.usecases.sites import open_site

FOUND, INVITE, PASSWORD = "found", "invite", "password"
LIFETIMES = {FOUND: timedelta(days=7), INVITE: timedelta(days=7), PASSWORD: timedelta(hours=24)}
OTHER_ADMINISTRATORS = (Role.SECURITY, Role.AUDITOR)


@dataclass(frozen=True)
class MadeLink:
    """A fresh link: its path, shown once; only its digest is kept."""

    path: str
    expires_at: datetime
    role: Role | None = None


def make_link(op: Op, purpose: str, *, site: str | None = None, role: Role | None = None,
              person_id: str | None = None) -> MadeLink:  # fmt: skip
    """Makes a link; earlier ones for the same person or purpose count no more."""
    if purpose != INVITE:
        older = update(OneTimeLink).where(OneTimeLink.purpose == purpose, OneTimeLink.used_at.is_(None))
        op.db.execute(older.where(OneTimeLink.person_id == person_id).values(used_at=op.now))
    secret = secrets.token_urlsafe(32)
    expires = op.now + LIFETIMES[purpose]
    op.db.add(
        OneTimeLink(
            digest=_digest(secret), purpose=purpose, site=site, role=role.value if role else None, person_id=person_id,
            made_by=op.caller.id, expires_at=expires,
        )
    )  # fmt: skip
    op.db.flush()
    return MadeLink(f"/coordination/links/{secret}", expires, role)


@usecase
def found_link(op: Op) -> MadeLink | None:
    """The link for the first administrator; `None` once there is a site."""
    if op.db.scalar(select(func.count()).select_from(Site)):
        return None
    op.db.execute(
        update(OneTimeLink).where(OneTimeLink.purpose == FOUND, OneTimeLink.used_at.is_(None)).values(used_at=op.now)
    )
    return make_link(op, FOUND)


@usecase
def password_link(op: Op, *, account_id: str | None = None, login: str | None = None) -> MadeLink:
    """A link to set an account's password anew. Raises NotFound, Forbidden for one's own."""
    if login is not None:
        cleaned = normalise_login(login)
        account = op.db.scalars(select(Account).where(Account.login == cleaned)).first()
        if account is None:
            raise NotFound("login.unknown", "There is no login '{login}'.", "没有登录名“{login}”。", login=cleaned)
    else:
        account = own_account(op, account_id or "")
    refuse_own(op.caller.id, account.person_id)
    made = make_link(op, PASSWORD, site=account.home_site, person_id=account.person_id)
    op.audit("password.link", site=account.home_site, subject=account.ref)
    return made


@usecase(read=True)
def read_link(op: Op, *, secret: str) -> OneTimeLink:
    """What a link is for. Raises NotFound for one that is unknown, used, or too old, without saying which."""
    link = op.db.get(OneTimeLink, _digest(secret))
    if link is None or link.used_at is not None or link.expires_at <= op.now:
        raise _spent()
    return link


@usecase
def set_password(op: Op, *, secret: str, password: str) -> str:
    """Sets the password of the account a link is for, ends its sessions, and returns the login. Raises Invalid."""
    link = _take(op, secret, PASSWORD)
    account = find_account(op, link.person_id or "")
    account.password_hash = hash_secret(checked_password(password, account.login))
    account.sequence += 1
    end_sessions(op, account)
    op.audit("password.set", site=account.home_site, subject=account.ref)
    return account.login


@usecase
def found_site(
    op: Op, *, secret: str, code: str, site_name: str, timezone: str, name: str, login: str, password: str
) -> tuple[str, list[MadeLink]]:
    """The first administrator opens the first site; returns his login, and links for the other two administrators."""
    _take(op, secret, FOUND)
    if op.db.scalar(select(func.count()).select_from(Site)):
        raise Forbidden("link.founded", "This installation has its first site already.", "本系统已完成初始化。")
    open_site(op, code=code, name=site_name, timezone=timezone)
    account = _take_up(op, code, Role.ADMIN, name, login, password)
    links = [make_link(op, INVITE, site=code, role=role) for role in OTHER_ADMINISTRATORS]
    op.audit("installation.founded", site=code, subject=account.ref)
    return account.login, links


@usecase
def accept_invitation(op: Op, *, secret: str, name: str, login: str, password: str) -> str:
    """Somebody takes up the role that a link invites him to; returns his login."""
    link = _take(op, secret, INVITE)
    assert link.site is not None
    assert link.role is not None
    site = link.site
    account = _take_up(op, site, Role(link.role), name, login, password)
    op.audit("role.given", site=site, subject=account.ref, particulars={"role": link.role, "by": "link"})
    return account.login


@usecase
def invite_administrators(op: Op, *, site: str) -> list[MadeLink]:
    """Links for the three administrators of a new site; for the operator alone."""
    made = [make_link(op, INVITE, site=site, role=role) for role in (Role.ADMIN, *OTHER_ADMINISTRATORS)]
    op.audit("administrators.invited", site=site, subject=f"site:{site}")
    return made


def _take_up(op: Op, site: str, role: Role, name: str, login: str, password: str) -> Account:
    person = Person(id=new_id(), site=site, kind="account", active=True, sequence=0, post="", company="")
    person.masked_document = person.masked_phone = ""
    set_name(person, text_or_invalid(name, field="name", words=("The name", "姓名"), limit=60))
    op.db.add(person)
    op.db.flush()
    account = make_account(op, person, login)
    account.password_hash = hash_secret(checked_password(password, account.login))
    op.db.add(
        HeldRole(person_id=person.id, site=site, role=role.value, origin=HAND, given_by=op.caller.id, given_at=op.now)
    )
    op.db.flush()
    tell_people(op, site, [person])
    return account


def _take(op: Op, secret: str, purpose: str) -> OneTimeLink:
    """Uses a link up: of two at once one gets it."""
    link = read_link(op, secret=secret)
    if link.purpose != purpose:
        raise Invalid("link.purpose", "The link is for something else.", "该链接用途不符。")
    taken = op.db.execute(
        update(OneTimeLink)
        .where(OneTimeLink.digest == link.digest, OneTimeLink.used_at.is_(None))
        .values(used_at=op.now)
        .returning(OneTimeLink.digest)
    ).first()
    if taken is None:
        raise _spent()
    return link


def _spent() -> NotFound:
    return NotFound(
        "link.spent",
        "This link was used already, is too old, or never was: ask for a new one.",
        "该链接已使用、已过期或不存在：请重新申请。",
    )


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
