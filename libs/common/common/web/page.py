"""What every page knows: the reader, the site it is about, the sites he may turn to, where the navigation leads."""

from __future__ import annotations

import re
from typing import cast
from urllib.parse import urlencode

from flask import g, request, url_for
from flask_babel import gettext
from sqlalchemy import select

from common.caller import Caller
from common.copies.tables import SiteCopy
from common.errors import Unavailable
from common.op import Op, usecase
from common.roles import ROLE_WORDS
from common.web.guard import csrf_token
from common.web.language import language, pick
from common.web.navigation import LIVE_ROLES, links_for
from common.web.request import host, signed_in

DEFAULT_ZONE = "Asia/Shanghai"
VERSION = "0.1.0"


@usecase(read=True)
def read_sites(op: Op, *, codes: frozenset[str]) -> list[SiteCopy]:
    """What this service knows of some sites, in the order of their codes."""
    return list(op.db.scalars(select(SiteCopy).where(SiteCopy.code.in_(codes)).order_by(SiteCopy.code)))


def page_sites() -> list[SiteCopy]:
    """The sites that the reader may turn to from this page; read once a request, empty while the database is away."""
    if "sizao_page_sites" not in g:
        codes = frozenset(g.get("sizao_sites", ()))
        g.sizao_page_sites = _read(codes) if codes else []
    return cast("list[SiteCopy]", g.sizao_page_sites)


def _read(codes: frozenset[str]) -> list[SiteCopy]:
    try:
        return host().run(read_sites, Caller(id="anybody", name=""), (), codes=codes)
    except Unavailable:
        return []


def current_site() -> SiteCopy | None:
    """The site that the page at hand is about; `None` where it is about none, or about one the reader may not see."""
    named = (
        (request.view_args or {}).get("site") if request.url_rule else request.path.partition("/")[2].partition("/")[0]
    )
    code = g.get("sizao_page_site") or named
    return next((site for site in page_sites() if site.code == code), None)


def page_zone() -> str:
    """The time zone of the page's site."""
    site = current_site()
    return site.timezone if site else DEFAULT_ZONE


def here() -> str:
    """The path of the page at hand, with the service's own prefix."""
    return request.script_root + request.path


def here_with(**changes: str | None) -> str:
    """The address of this page with some query parameters changed (`None` takes one out)."""
    query = [(name, value) for name, value in request.args.items(multi=True) if name not in changes]
    query += [(name, value) for name, value in changes.items() if value is not None]
    return here() + (f"?{urlencode(query)}" if query else "")


def at_site(code: str) -> str:
    """This page at another site; from the page of one thing, the list it belongs to (the thing is not there)."""
    arguments = request.view_args or {}
    if request.endpoint and set(arguments) == {"site"}:
        filters = [(name, value) for name, value in request.args.items(multi=True) if name != "after"]
        return url_for(request.endpoint, site=code) + (f"?{urlencode(filters)}" if filters else "")
    found = re.match(r"(/[a-z]+/)[^/]+(/[a-z-]+)", here())
    return f"{found[1]}{code}{found[2]}" if found and "site" in arguments else f"/coordination/{code}/ledger"


def language_address() -> str:
    """Where the language switch of this page leads: the other language, and back here."""
    query = urlencode({"to": "en" if language() == "zh" else "zh", "next": here_with()})
    return f"{request.script_root}/language?{query}"


def request_query(name: str | None = None) -> str:
    """A query parameter of this page's address, or the whole query."""
    return request.query_string.decode(errors="replace") if name is None else request.args.get(name, "")


def forgery_token() -> str:
    """The token for the forms of the reader's session; empty for nobody."""
    who = signed_in()
    return csrf_token(who.token_id) if who else ""


def role_words(caller: Caller, site: str) -> list[str]:
    """The names of a caller's roles at a site, in the plan's order and the reader's language."""
    held = caller.grants.get(site, frozenset())
    return [gettext(words) for role, words in ROLE_WORDS.items() if role in held]


def site_name(site: SiteCopy) -> str:
    """The site's name in the reader's language."""
    return pick(site.name_en or site.name, site.name)


def page_context() -> dict[str, object]:
    """The variables of every template."""
    who = signed_in()
    site = current_site() if who else None
    chosen = site.code if site else (min(who.sites()) if who and who.sites() else None)
    live = sorted(who.sites(*LIVE_ROLES)) if who else []
    return {
        "caller": who,
        "site": site,
        "sites": page_sites() if who else [],
        "language": language(),
        "csrf_token": forgery_token(),
        "navigation": links_for(who, chosen, here()) if who and chosen else [],
        "live_sites": live,
        "service": host().service,
        "version": VERSION,
    }
