"""Gives an application what its pages stand on: templates, looks, languages, filters, the shared files."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files

from flask import Blueprint, Flask, Response, get_flashed_messages, request, url_for
from flask_babel import Babel
from flask_bootstrap import Bootstrap5
from jinja2 import ChoiceLoader, PackageLoader

from common.web.filters import install_filters
from common.web.flashes import FLASH_COOKIE, FlashCookie
from common.web.language import language_blueprint, locale, pick
from common.web.page import (
    at_site,
    forgery_token,
    here,
    here_with,
    language_address,
    page_context,
    request_query,
    role_words,
    site_name,
)
from common.web.samples import kind_of
from common.web.translations import ready_folders

FOLLOW = "X-Sizao-Follow"


def install_layout(app: Flask) -> None:
    """Gives an application the common templates, static files, languages, filters and page variables."""
    own = [app.jinja_loader] if app.jinja_loader is not None else []
    app.jinja_loader = ChoiceLoader([*own, PackageLoader("common.web", "templates")])
    app.session_interface = FlashCookie()
    app.config.update(
        SESSION_COOKIE_NAME=FLASH_COOKIE,
        SESSION_COOKIE_SAMESITE="Lax",
        BOOTSTRAP_SERVE_LOCAL=True,
        BABEL_TRANSLATION_DIRECTORIES=";".join(str(folder) for folder in ready_folders(app.name)),
    )
    Bootstrap5(app)
    Babel(app, default_locale="zh_Hans_CN", locale_selector=locale)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    install_filters(app)
    app.jinja_env.globals.update(
        pick=pick, here=here, here_with=here_with, at_site=at_site, site_name=site_name, asset=asset,
        flashes=get_flashed_messages, forgery_token=forgery_token, language_address=language_address,
        request_query=request_query, role_words=role_words, schema_kind=kind_of,
    )  # fmt: skip
    app.context_processor(page_context)
    app.after_request(_let_upload_follow)
    app.register_blueprint(shared_blueprint())
    app.register_blueprint(language_blueprint())


def _let_upload_follow(answer: Response) -> Response:
    """A script that uploads is told where the answer leads, so that the browser, not the script, opens that page."""
    if request.headers.get(FOLLOW) and answer.status_code in {302, 303} and answer.location:
        answer.headers[FOLLOW] = answer.location
        del answer.headers["Location"]
        answer.status_code = 200
        answer.set_data(b"")
    return answer


def shared_blueprint() -> Blueprint:
    """The files that all services show: `/<service>/shared/…`."""
    return Blueprint("shared", "common.web", static_folder="static", static_url_path="/shared")


def asset(name: str) -> str:
    """The address of a shared file, with a mark of its content so that it may be kept for ever."""
    return url_for("shared.static", filename=name, v=_mark(name))


@cache
def _mark(name: str) -> str:
    return hashlib.sha256((files("common.web") / "static" / name).read_bytes()).hexdigest()[:12]
