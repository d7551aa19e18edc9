"""Accounts: made for a person of the directory, closed, opened again; passwords are set through one-time links."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.exc import IntegrityError

from common.data.paging import Page, decode_cursor, page_of
from common.errors import Conflict, not_found
from common.op import Op, usecase
from common.roles import Role
from coordination.domain.grants import refuse_own
from coordination.domain.secrets import checked_login
from coordination.models import Account, HeldRole, Person
from coordination.usecases.directory import check_version, find_person
from coordination.usecases.locking import lock_site
from coordination.usecases.revocation import end_sessions
from coordination.usecases.roles import grants_of


@dataclass(frozen=True)
class AccountView:
    """An account with its roles at the sites that the reader may see."""

    account: Account
    roles: dict[str, frozenset[Role]]


def find_account(op: Op, ident: str) -> Account:
    """An account by its id. Raises NotFound."""
    found = op.db.get(Account, ident)
    if found is None:
        raise not_found("account", "账号", ident)
    return found


def own_account(op: Op, ident: str) -> Account:
    """An account whose home is one of the caller's sites. Raises NotFound for any other."""
    found = find_account(op, ident)
    if op.sites is not None and found.home_site not in op.sites:
        raise not_found("account", "账号", ident)
    return found


def make_account(op: Op, person: Person, login: str) -> Account:
    """Adds a person's account, without a password yet. Raises Conflict, Invalid."""
    cleaned = checked_login(login)
    if op.db.get(Account, person.id) is not None:
        raise Conflict("account.has", "This person has an account already.", "此人已有账号。", field="person_id")
    if op.db.scalars(select(Account).where(Account.login == cleaned)).first() is not None:
        raise Conflict("login.taken", "This login is taken.", "该登录名已被使用。", field="login")
    prefix = "account" if person.kind == "account" else "staff"
    account = Account(
        person_id=person.id, home_site=person.site, ref=f"{prefix}:{person.id}", login=cleaned, name=person.name,
        disabled=False, sequence=1,
    )  # fmt: skip
    op.db.add(account)
    try:
        op.db.flush()
    except IntegrityError:
        raise Conflict("login.taken", "This login is taken.", "该登录名已被使用。", field="login") from None
    return account


@usecase
def add_account(op: Op, *, person_id: str, login: str) -> AccountView:
    """Makes an account for a person of the caller's sites. Raises NotFound, Conflict, Invalid."""
    person = find_person(op, person_id)
    op.site(person.site)
    account = make_account(op, person, login)
    op.audit("account.added", site=person.site, subject=account.ref, particulars={"login": account.login})
    return _view(op, account)


@usecase
def change_account(
    op: Op, *, account_id: str, expected: int | None, login: str | None = None, disabled: bool | None = None
) -> AccountView:
    """Renames, closes or opens an account; closing ends its sessions. Raises Stale, Forbidden for one's own."""
    account = own_account(op, account_id)
    op.site(account.home_site)
    lock_site(op, account.home_site)
    op.db.refresh(account)
    check_version(account.sequence, expected)
    refuse_own(op.caller.id, account.person_id)
    if login is not None and checked_login(login) != account.login:
        if op.db.scalars(select(Account).where(Account.login == checked_login(login))).first() is not None:
            raise Conflict("login.taken", "This login is taken.", "该登录名已被使用。", field="login")
        account.login = checked_login(login)
    if disabled is not None:
        account.disabled = disabled
        if disabled:
            end_sessions(op, account)
    account.sequence += 1
    action = "account.changed" if disabled is None else ("account.closed" if disabled else "account.opened")
    op.audit(action, site=account.home_site, subject=account.ref)
    return _view(op, account)


@usecase
def end_account_sessions(op: Op, *, account_id: str) -> None:
    """Ends all sessions of an account, as when a phone was lost."""
    account = own_account(op, account_id)
    end_sessions(op, account)
    op.audit("sessions.ended", site=account.home_site, subject=account.ref)


@usecase(read=True)
def list_accounts(op: Op, *, site: str, after: str | None = None, limit: int = 100) -> Page[AccountView]:
    """Accounts at home at a site or with a role there, by login."""
    op.site(site)
    guests = select(HeldRole.person_id).where(HeldRole.site == site)
    query = select(Account).where(or_(Account.home_site == site, Account.person_id.in_(guests)))
    if after is not None:
        query = query.where(Account.login > str(decode_cursor(after, 1)[0]))
    rows = op.db.scalars(query.order_by(Account.login).limit(limit + 1)).all()
    page = page_of(rows, limit, lambda one: (one.login,))
    return Page([_view(op, account) for account in page.items], page.next)


@usecase(read=True)
def show_account(op: Op, *, account_id: str) -> AccountView:
    """One account of the caller's sites; raises NotFound."""
    return _view(op, own_account(op, account_id))


def _view(op: Op, account: Account) -> AccountView:
    grants = grants_of(op, account.person_id)
    seen = {site: roles for site, roles in grants.items() if op.sites is None or site in op.sites}
    return AccountView(account, seen)
