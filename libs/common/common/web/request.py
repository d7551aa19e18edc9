"""What a view asks of the request at hand: its host, its caller, its site set."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from flask import current_app, g

from common.caller import Caller
from common.errors import not_found
from common.host import Host

R = TypeVar("R")


def host() -> Host:
    """The service that answers."""
    return cast(Host, current_app.extensions["sizao.host"])


def caller() -> Caller:
    """Who is asking; only for routes that are not public."""
    return cast(Caller, g.sizao_caller)


def signed_in() -> Caller | None:
    """Who is asking on a public route, if anybody is signed in."""
    return cast("Caller | None", g.get("sizao_caller"))


def sites() -> frozenset[str]:
    """The sites where the caller holds a role that the route allows."""
    return cast("frozenset[str]", g.sizao_sites)


def run(function: Callable[..., R], **arguments: Any) -> R:
    """Runs a use case as the request's caller, over the request's site set."""
    return host().run(function, caller(), sites(), **arguments)


def run_public(function: Callable[..., R], site: str | None = None, **arguments: Any) -> R:
    """Runs a use case for a public route, over one named site or none."""
    who = signed_in() or Caller(id="anybody", name="")
    return host().run(function, who, {site} if site else (), **arguments)


def page_site(code: str) -> str:
    """The site in a page's address; raises NotFound where the caller holds no role that the page is for."""
    if code not in sites():
        raise not_found("site", "单位", code)
    g.sizao_page_site = code
    return code
