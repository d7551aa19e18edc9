"""A POST that is sent again has its effect once and gets the same answer.

In the use case, before anything else:

    if (stored := once(op, scope="imports", site=site, key=key, digest=digest)) is not None:
        return stored
    …
    return remember(op, scope="imports", site=site, key=key, status=201, body={…})

and in the view `answer_stored(run(take_import, key=request_key(), digest=body_digest(body), …))`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

from flask import Response, request
from pydantic import BaseModel
from sqlalchemy import CursorResult, delete
from sqlalchemy.exc import IntegrityError

from common.errors import Conflict, Invalid
from common.events.tables import IdempotencyKey
from common.op import Op

KEEP = timedelta(days=7)
LONGEST_KEY = 120
PENDING = 0


@dataclass(frozen=True)
class Stored:
    """The answer to a request: given now, or given before and given again."""

    status: int
    body: dict[str, Any]
    again: bool = False


def request_key() -> str | None:
    """The request's `Idempotency-Key`; raises Invalid for one that is empty, too long or not plain ASCII."""
    key = request.headers.get("Idempotency-Key")
    if key is not None and not (0 < len(key) <= LONGEST_KEY and key.isascii() and key.isprintable()):
        raise Invalid(
            "idempotency.key",
            "The Idempotency-Key must be 1 to {most} plain characters.",
            "Idempotency-Key 应为 1 至 {most} 个普通字符。",
            field="Idempotency-Key",
            most=LONGEST_KEY,
        )
    return key


def body_digest(body: BaseModel | Mapping[str, Any] | bytes) -> str:
    """A digest of what a request asks for; the same for the same content, however it was spelled."""
    if isinstance(body, BaseModel):
        body = body.model_dump(mode="json")
    if not isinstance(body, bytes):
        body = json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str).encode()
    return hashlib.sha256(body).hexdigest()


def once(op: Op, *, scope: str, site: str, key: str | None, digest: str) -> Stored | None:
    """The answer that this key got before; `None` the first time, and from then on the key is this transaction's.

    A request without a key is always a first one. Raises Conflict for a key that came with another content.
    """
    if key is None:
        return None
    found = op.db.get(IdempotencyKey, (site, scope, key))
    if found is None:
        try:
            with op.db.begin_nested():
                op.db.add(
                    IdempotencyKey(
                        site=site, scope=scope, key=key, digest=digest, status=PENDING, body="", created_at=op.now
                    )
                )
        except IntegrityError:
            found = op.db.get(IdempotencyKey, (site, scope, key), populate_existing=True)
        if found is None:
            return None
    if found.digest != digest:
        raise Conflict(
            "idempotency.other_body",
            "This Idempotency-Key came before with another content: use a new key for a new request.",
            "该 Idempotency-Key 已用于内容不同的请求：新的请求请使用新的键。",
            field="Idempotency-Key",
        )
    return Stored(found.status, json.loads(found.body), again=True)


def remember(op: Op, *, scope: str, site: str, key: str | None, status: int, body: Mapping[str, Any]) -> Stored:
    """Keeps the answer under the key, in the transaction of what it tells of."""
    if key is not None:
        row = op.db.get_one(IdempotencyKey, (site, scope, key))
        row.status, row.body = status, json.dumps(body, ensure_ascii=False)
    return Stored(status, dict(body))


def answer_stored(stored: Stored) -> Response:
    """The HTTP answer; one that is given again says so in `Idempotent-Replayed`."""
    body = json.dumps(stored.body, ensure_ascii=False)
    answer = Response(body, status=stored.status, mimetype="application/json")
    if stored.again:
        answer.headers["Idempotent-Replayed"] = "true"
    return answer


def purge_keys(op: Op, site: str) -> int:
    """A duty: forgets the site's keys after seven days; returns how many."""
    old = delete(IdempotencyKey).where(IdempotencyKey.site == site, IdempotencyKey.created_at < op.now - KEEP)
    return cast("CursorResult[Any]", op.db.execute(old)).rowcount
