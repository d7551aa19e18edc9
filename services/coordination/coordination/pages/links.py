"""What a one-time link leads to: founding the installation, taking up a role, setting a password."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, request
from flask_babel import gettext as _

from common.errors import Invalid, NotFound
from common.roles import ROLE_WORDS, Role
from common.web.access import allow_public
from common.web.request import run_public
from coordination.models import OneTimeLink
from coordination.pages.forms import attempt, check_origin, done, full_address, show, text
from coordination.usecases.links import FOUND, INVITE, accept_invitation, found_site, read_link, set_password

page = Blueprint("links_pages", __name__)
SIGN_IN = "/coordination/sign-in"


@page.get("/links/<secret>")
@allow_public("the link itself is the proof")
def link_form(secret: str) -> Response:
    """The form of a link that still counts."""
    return _form(secret, [], 200)


@page.post("/links/<secret>")
@allow_public("the link itself is the proof")
def use_link(secret: str) -> Response:
    """Uses a link up."""
    check_origin()
    link = run_public(read_link, secret=secret)
    return attempt(lambda: _use(link, secret), lambda faults, status: _form(secret, faults, status))


def _form(secret: str, faults: list[dict[str, str | None]], status: int) -> Response:
    try:
        link = run_public(read_link, secret=secret)
    except NotFound as spent:
        return show("link_spent.html", 404, words=spent)
    names = ("code", "site_name", "timezone", "name", "login")
    given: dict[str, str] = {name: text(name) for name in names if name in request.form}
    role = ROLE_WORDS[Role(link.role)] if link.role else ""
    return show("link.html", status, purpose=link.purpose, role=role, given=given, faults=faults)


def _use(link: OneTimeLink, secret: str) -> Response:
    password = request.form.get("password", "")
    if password != request.form.get("again", ""):
        raise Invalid("password.again", "The two passwords differ.", "两次输入的密码不一致。", field="again")
    fields: dict[str, Any] = {"secret": secret, "password": password}
    if link.purpose == FOUND:
        code = text("code", 40)
        login, links = run_public(
            found_site, site=code, code=code, site_name=text("site_name"), name=text("name"), login=text("login"),
            timezone=text("timezone") or "Asia/Shanghai", **fields,
        )  # fmt: skip
        return show("founded.html", 201, login=login, links=links, full=full_address)
    if link.purpose == INVITE:
        run_public(accept_invitation, site=link.site, name=text("name"), login=text("login"), **fields)
    else:
        run_public(set_password, site=link.site, **fields)
    flash(_("密码已设置，请登录"))
    return done(SIGN_IN)
