"""Accounts: the security administrator's work."""

from __future__ import annotations

from datetime import datetime

from flask import Response
from pydantic import Field

from common.roles import Role
from common.web.access import allow
from common.web.api import Answer, IdPath, Input, ListQuery, answer, answer_page, api_blueprint
from common.web.request import run
from coordination.api.shapes import LinkOut, expected_version, versioned
from coordination.usecases.accounts import (
    AccountView,
    add_account,
    change_account,
    end_account_sessions,
    list_accounts,
    show_account,
)
from coordination.usecases.links import password_link

api = api_blueprint("accounts")


class AccountQuery(ListQuery):
    """Which site's accounts."""

    site: str = Field(max_length=40)


class NewAccount(Input):
    """An account to make for a person."""

    person_id: str = Field(max_length=36)
    login: str = Field(max_length=60)


class AccountChange(Input):
    """What may change of an account."""

    login: str | None = Field(default=None, max_length=60)
    disabled: bool | None = None


class AccountOut(Answer):
    """An account with its roles at the sites that the reader may see."""

    id: str
    person_id: str
    site: str
    login: str
    disabled: bool
    has_password: bool
    has_pin: bool
    last_sign_in: datetime | None
    roles: dict[str, list[str]]
    version: int


def account_out(view: AccountView) -> AccountOut:
    """The answer for an account."""
    account = view.account
    return AccountOut(
        id=account.person_id, person_id=account.person_id, site=account.home_site, login=account.login,
        disabled=account.disabled, has_password=account.password_hash is not None, has_pin=account.pin_hash is not None,
        last_sign_in=account.last_sign_in, roles={site: sorted(roles) for site, roles in sorted(view.roles.items())},
        version=account.sequence,
    )  # fmt: skip


@api.get("/accounts")
@allow(Role.SECURITY)
def listing(query: AccountQuery) -> Response:
    """Accounts of a site."""
    return answer_page(run(list_accounts, **query.model_dump()), account_out)


@api.post("/accounts")
@allow(Role.SECURITY)
def add(body: NewAccount) -> Response:
    """Makes an account; its password is set through a one-time link."""
    view = run(add_account, person_id=body.person_id, login=body.login)
    return versioned(account_out(view), view.account.sequence, 201)


@api.get("/accounts/<id>")
@allow(Role.SECURITY)
def show(path: IdPath) -> Response:
    """One account."""
    view = run(show_account, account_id=path.id)
    return versioned(account_out(view), view.account.sequence)


@api.patch("/accounts/<id>")
@allow(Role.SECURITY)
def change(path: IdPath, body: AccountChange) -> Response:
    """Renames, closes or opens an account."""
    view = run(change_account, account_id=path.id, expected=expected_version(), **body.model_dump(exclude_unset=True))
    return versioned(account_out(view), view.account.sequence)


@api.post("/accounts/<id>/password-link")
@allow(Role.SECURITY)
def link(path: IdPath) -> Response:
    """A one-time link to set the password, to be handed over in person."""
    made = run(password_link, account_id=path.id)
    return answer(LinkOut(path=made.path, expires_at=made.expires_at), 201)


@api.post("/accounts/<id>/sign-out")
@allow(Role.SECURITY)
def end_sessions(path: IdPath) -> Response:
    """Ends all sessions of an account."""
    run(end_account_sessions, account_id=path.id)
    return Response(status=204)
