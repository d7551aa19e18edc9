"""`If-Match` on edits."""

from __future__ import annotations

from flask import request

from common.errors import Malformed


def version_asked() -> int | None:
    """The version in `If-Match`, `None` without one; raises Malformed for what is no version of ours."""
    given = request.headers.get("If-Match", "").strip().removeprefix("W/").strip('"')
    if not given or given == "*":
        return None
    if not given.isdigit() or len(given) > 9:
        raise Malformed("if_match", "If-Match holds the ETag of an earlier answer.", "If-Match 应为上次返回的 ETag。")
    return int(given)
