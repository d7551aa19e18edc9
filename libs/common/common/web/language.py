"""The language of an answer: the reader's own choice (cookie), else the browser's, else Chinese."""

from __future__ import annotations

from flask import has_request_context, request

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
