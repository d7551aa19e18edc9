"""Accounts, roles and PINs: the security administrator's pages, and the group leader's."""

from __future__ import annotations

from flask import Blueprint, Response, flash, request
from flask_babel import gettext as _

from common.errors import Invalid
from common.roles import ROLE_WORDS, Role
from common.web.access import allow
from common.web.request import page_site, run
from coordination.pages.forms import attempt, done, full_address, show, text, version_field
from coordination.usecases.accounts import (
    add_account,
    change_account,
    end_account_sessions,
    list_accounts,
    show_account,
)
from coordination.usecases.grants import give_role, list_grants, take_role
from coordination.usecases.groups import list_groups
from coordination.usecases.links import password_link
from coordination.usecases.people import people_choices
from coordination.usecases.pins import MONITORING, reset_pin

page = Blueprint("accounts_pages", __name__)
Faults = list[dict[str, str | None]]


@page.get("/<site>/accounts")
@allow(Role.SECURITY)
def accounts(site: str) -> Response:
    """The accounts of a site."""
    return _accounts(page_site(site), [], 200)


@page.post("/<site>/accounts")
@allow(Role.SECURITY)
def send_account(site: str) -> Response:
    """Makes an account for a person."""
    code = page_site(site)

    def add() -> Response:
        if not text("person_id", 36):
            raise Invalid("account.person", "Choose a person.", "请选择人员。", field="person_id")
        view = run(add_account, person_id=text("person_id", 36), login=text("login", 60))
        return done(f"/coordination/{code}/accounts/{view.account.person_id}")

    return attempt(add, lambda faults, status: _accounts(code, faults, status))


def _accounts(code: str, faults: Faults, status: int) -> Response:
    found = run(list_accounts, site=code, after=request.args.get("after"), limit=100)
    everybody = run(people_choices, site=code)
    return show(
        "accounts.html", status, code=code, page=found, everybody=everybody, faults=faults, words=ROLE_WORDS,
        names=dict(everybody),
    )  # fmt: skip


@page.get("/<site>/accounts/<account>")
@allow(Role.SECURITY)
def account(site: str, account: str) -> Response:
    """One account."""
    return _account(page_site(site), account, [], 200)


@page.post("/<site>/accounts/<account>")
@allow(Role.SECURITY)
def send_change(site: str, account: str) -> Response:
    """Closes or opens an account, ends its sessions, makes a link, gives or takes a role."""
    code, what = page_site(site), text("do", 20)

    def change() -> Response:
        link = ""
        if what in {"close", "open"}:
            run(change_account, account_id=account, expected=version_field(), disabled=what == "close")
        elif what == "sign_out":
            run(end_account_sessions, account_id=account)
        elif what == "link":
            link = full_address(run(password_link, account_id=account).path)
        elif what == "give":
            run(give_role, site=code, role=_role(), person_id=account)
        elif what == "take":
            run(take_role, site=code, role=_role(), person_id=account)
        else:
            raise Invalid("account.do", "Choose what to do with the account.", "请选择要进行的操作。", field="do")
        if link:
            return _account(code, account, [], 201, link=link)
        flash(_("已保存"))
        return done(f"/coordination/{code}/accounts/{account}")

    return attempt(change, lambda faults, status: _account(code, account, faults, status))


def _role() -> Role:
    try:
        return Role(text("role", 20))
    except ValueError:
        raise Invalid("role.unknown", "There is no such role.", "没有该角色。", field="role") from None


def _account(code: str, ident: str, faults: Faults, status: int, link: str = "") -> Response:
    view = run(show_account, account_id=ident)
    held = [row for row in run(list_grants, site=code) if row.person_id == ident]
    given = {row.role for row in held if not row.withheld}
    free = [(role.value, ROLE_WORDS[role]) for role in Role if role.value not in given]
    return show(
        "account.html", status, code=code, view=view, account=view.account, held=held, free=free, words=ROLE_WORDS,
        Role=Role, faults=faults, link=link,
    )  # fmt: skip


@page.get("/<site>/pins")
@allow(Role.MONITOR, Role.SECURITY)
def pins(site: str) -> Response:
    """The guards, for whoever may give them a PIN."""
    return _pins(page_site(site), [], 200)


@page.post("/<site>/pins")
@allow(Role.MONITOR, Role.SECURITY)
def send_pin(site: str) -> Response:
    """Gives a guard a new PIN."""
    code = page_site(site)

    def give() -> Response:
        run(reset_pin, site=code, person_id=text("person_id", 36), pin=text("pin", 12))
        flash(_("口令码已重置"))
        return done(f"/coordination/{code}/pins")

    return attempt(give, lambda faults, status: _pins(code, faults, status))


def _pins(code: str, faults: Faults, status: int) -> Response:
    group = next((one for one in run(list_groups, site=code) if one.group.code == MONITORING), None)
    return show("pins.html", status, code=code, members=group.members if group else (), faults=faults)
