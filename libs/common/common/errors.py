"""Errors that a person or a program is told about.

Every error carries a stable code, words in English and in Chinese that say what is wrong, where, and how to mend it,
and the HTTP status an entry point answers with. Entry points translate them; use cases and domain code only raise them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class SizaoError(Exception):
    """An error with words for its reader.

    `en` and `zh` are `str.format` templates filled with `params`; `field` names the input at fault, as a path such as
    `person.document_number`.
    """

    status = 500

    def __init__(self, code: str, en: str, zh: str, *, field: str | None = None, **params: Any) -> None:
        self.code = code
        self.field = field
        self.params: Mapping[str, Any] = params
        self.en = en.format(**params) if params else en
        self.zh = zh.format(**params) if params else zh
        super().__init__(f"{code}: {self.en}")

    def words(self, language: str) -> str:
        """The message in `language` (`zh` or `en`)."""
        return self.zh if language.startswith("zh") else self.en


class Invalid(SizaoError):
    """The input is wrong and must be changed (422)."""

    status = 422


class Malformed(SizaoError):
    """The request can't be read at all (400)."""

    status = 400


class Unauthenticated(SizaoError):
    """Nobody, or nobody we can believe, is asking (401)."""

    status = 401


class Forbidden(SizaoError):
    """The caller is known but may not do this (403)."""

    status = 403


class NotFound(SizaoError):
    """No such thing, or not one this caller may see (404)."""

    status = 404


class Conflict(SizaoError):
    """The input is well formed but contradicts what is stored (409)."""

    status = 409


class Stale(SizaoError):
    """Somebody changed the thing since the caller read it (412)."""

    status = 412


class Unconditional(SizaoError):
    """A change that must say which version it changes did not (428)."""

    status = 428


class Unsupported(SizaoError):
    """The body is of a kind that this place does not take (415)."""

    status = 415


class TooLarge(SizaoError):
    """The request is larger than this place takes (413)."""

    status = 413


class TooMany(SizaoError):
    """The caller asks too often (429); `retry_after` in seconds."""

    status = 429

    def __init__(
        self, code: str, en: str, zh: str, *, retry_after: int, field: str | None = None, **params: Any
    ) -> None:
        super().__init__(code, en, zh, field=field, retry_after=retry_after, **params)
        self.retry_after = retry_after


class Unavailable(SizaoError):
    """Something this depends on is away for now (503); `retry_after` in seconds."""

    status = 503

    def __init__(
        self, code: str, en: str, zh: str, *, retry_after: int = 5, field: str | None = None, **params: Any
    ) -> None:
        super().__init__(code, en, zh, field=field, retry_after=retry_after, **params)
        self.retry_after = retry_after


def not_found(what_en: str, what_zh: str, ident: str) -> NotFound:
    """The one answer for a thing that is not there and for one of another site."""
    return NotFound(
        "not_found",
        "There is no {what_en} {ident} here.",
        "这里没有{what_zh} {ident}。",
        what_en=what_en,
        what_zh=what_zh,
        ident=ident,
    )
