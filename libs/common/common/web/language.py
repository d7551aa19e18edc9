"""The language of an answer: the reader's own choice (cookie), else the browser's, else Chinese."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, has_request_context, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from common.errors import Invalid
from common.web.access import allow_public

YEAR = 365 * 24 * 3600
COOKIE = "sizao_language"
LANGUAGES = ("zh", "en")


def language() -> str:
    """`zh` or `en`, for the request at hand."""
    if not has_request_context():
        return "zh"
    chosen = request.cookies.get(COOKIE)
    if chosen in LANGUAGES:
        return chosen
    return request.accept_languages.best_match(LANGUAGES, default="zh") or "zh"


def locale() -> str:
    """The Babel locale of that language."""
    return "en" if language() == "en" else "zh_Hans_CN"


def pick(en: str, zh: str) -> str:
    """Whichever of two wordings the reader wants."""
    return en if language() == "en" else zh


def language_blueprint() -> Blueprint:
    """`/<service>/language?to=en&next=/…`: keeps the reader's choice in a cookie and goes back where he was."""
    blueprint = Blueprint("language", __name__)

    @blueprint.route("/language", methods=["GET", "POST"])
    @allow_public("a language is chosen before signing in; nothing but a cookie changes")
    def choose() -> BaseResponse:
        wanted = request.values.get("to", "")
        if wanted not in LANGUAGES:
            raise Invalid(
                "language.unknown", "There are two languages: zh and en.", "语言只有 zh 和 en 两种。", field="to"
            )
        answer = redirect(local_address(request.values.get("next", "")))
        answer.set_cookie(
            COOKIE, wanted, max_age=YEAR, path="/", samesite="Lax", httponly=True, secure=request.is_secure
        )
        return answer

    return blueprint


def local_address(given: str, default: str = "/") -> str:
    """An address of this installation to go back to: a path alone, never another host's (no open redirect)."""
    parts = urlsplit(given.strip())
    plain = given.startswith("/") and not given.startswith("//") and "\\" not in given and given.isprintable()
    return given if plain and not parts.scheme and not parts.netloc else default
