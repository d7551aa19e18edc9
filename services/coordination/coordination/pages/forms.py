"""What the pages share: faults of a form in words, days from addresses, safe ways back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from flask import Response, make_response, redirect, render_template, request

from common.errors import Forbidden, Invalid, SizaoError
from common.web.language import language
from common.web.request import host, page_site, run
from coordination.usecases.now import today_at


def show(template: str, status: int = 200, **variables: Any) -> Response:
    """A page."""
    return make_response(render_template(f"coordination/{template}", **variables), status)


def done(address: str) -> Response:
    """After a form: on to a page that may be loaded again."""
    return make_response(redirect(address, 303))


def attempt(action: Callable[[], Response], again: Callable[[list[dict[str, str | None]], int], Response]) -> Response:
    """Does what a form asks; where it is refused the form is shown again with the reason."""
    try:
        return action()
    except SizaoError as problem:
        if problem.status in {401, 404} or problem.status >= 500:
            raise
        return again([fault_of(problem)], problem.status)


def fault_of(problem: SizaoError) -> dict[str, str | None]:
    """A fault in the reader's language."""
    return {"field": problem.field, "detail": problem.words(language())}


def text(name: str, limit: int = 500) -> str:
    """A field of the form, without outer spaces."""
    return request.form.get(name, "").strip()[:limit]


def day_field(name: str) -> date | None:
    """A day of the form, `None` if empty. Raises Invalid."""
    return _day(text(name, 20), name)


def day_in_address(site: str, name: str = "day") -> date:
    """The day that the address names, today at the site without one. Raises Invalid."""
    return _day(request.args.get(name, ""), name) or run(today_at, site=page_site(site))


def _day(given: str, name: str) -> date | None:
    if not given:
        return None
    try:
        return date.fromisoformat(given)
    except ValueError:
        raise Invalid("day.form", "Write a day as 2021-03-01.", "日期请写成 2021-03-01。", field=name) from None


def version_field() -> int | None:
    """The version of the thing that the form was made from."""
    given = text("version", 12)
    return int(given) if given.isdigit() else None


def local_path(given: str | None, otherwise: str) -> str:
    """`given` if it is a path of this site and nothing else, so that nobody is sent to another place."""
    if not given or not given.startswith("/") or given.startswith("//") or "\\" in given or not given.isprintable():
        return otherwise
    parts = urlsplit(given)
    return given if not parts.scheme and not parts.netloc else otherwise


def check_origin() -> None:
    """A form that nobody signed in for carries no token: it must at least come from our own page."""
    origin = request.headers.get("Origin")
    if origin not in (None, "null") and urlsplit(origin or "").netloc != request.host:
        raise Forbidden("origin", "The form came from another place.", "请从本系统页面提交。")


def full_address(path: str) -> str:
    """A path with the address people reach this installation by."""
    return (host().settings.public_url.rstrip("/") or request.host_url.rstrip("/")) + path
