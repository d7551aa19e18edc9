"""What every page shares: templates, language, navigation, the forgery token."""

from __future__ import annotations

from flask import Flask, g
from jinja2 import ChoiceLoader, PackageLoader

from common.web.guard import csrf_token
from common.web.language import language, pick
from common.web.request import signed_in


def install_layout(app: Flask) -> None:
    """Gives an application the common templates and what they need."""
    loaders = [PackageLoader("common.web", "templates")]
    if app.jinja_loader is not None:
        loaders.insert(0, app.jinja_loader)  # type: ignore[arg-type]
    app.jinja_loader = ChoiceLoader(loaders)  # type: ignore[assignment]
    app.context_processor(_page_context)


def _page_context() -> dict[str, object]:
    who = signed_in()
    return {
        "caller": who,
        "sites": sorted(g.get("sizao_sites", ())),
        "language": language(),
        "pick": pick,
        "csrf_token": csrf_token(who.token_id) if who else "",
    }
