"""Versions in HTTP: ETag of what was read, If-Match on what is changed, 304 for what the reader has already."""

from __future__ import annotations

import hashlib

from flask import Response, request

from common.errors import Stale, Unconditional


def etag_of(version: int | str) -> str:
    """The ETag of a row's version, as a strong one."""
    return f'"{version}"'


def require_match(version: int | str) -> None:
    """Raises Unconditional (428) where a change does not say which version it changes, Stale (412) for an older one."""
    given = request.headers.get("If-Match")
    if given is None:
        raise Unconditional(
            "etag.missing",
            "Say which version you are changing: send If-Match with the ETag you read.",
            "请注明所修改内容的版本：在 If-Match 中填写读取时的 ETag。",
        )
    if not request.if_match.star_tag and not request.if_match.contains(str(version)):
        raise Stale(
            "etag.stale",
            "Somebody changed this in the meantime: read it again and repeat your change.",
            "内容已被他人修改：请重新读取后再修改。",
        )


def tagged(answer: Response, version: int | str | None = None) -> Response:
    """The answer with its ETag (by version, else by its content); 304 without a body where the reader has it."""
    if version is None:
        answer.set_etag(hashlib.sha256(answer.get_data()).hexdigest()[:32], weak=True)
    else:
        answer.set_etag(str(version))
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer.make_conditional(request.environ)  # type: ignore[return-value]
