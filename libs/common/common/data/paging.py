"""Keyset pagination: a cursor is the sort key of the last row seen, opaque to the caller."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from common.errors import Invalid

T = TypeVar("T")

MAX_LIMIT = 500


@dataclass(frozen=True)
class Page(Generic[T]):
    """Some rows, and the cursor of the next ones (`None` at the end)."""

    items: Sequence[T]
    next: str | None


def encode_cursor(values: Sequence[Any]) -> str:
    """A cursor for the sort key `values` (strings and integers)."""
    return base64.urlsafe_b64encode(json.dumps(list(values)).encode()).decode().rstrip("=")


def decode_cursor(cursor: str, length: int) -> list[Any]:
    """The sort key in a cursor; raises Invalid for a cursor that we did not make."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        values = json.loads(base64.urlsafe_b64decode(padded.encode("ascii")))
        if not isinstance(values, list) or len(values) != length:
            raise ValueError(cursor)
        if not all(isinstance(value, str | int) for value in values):
            raise ValueError(cursor)
    except ValueError:
        raise Invalid(
            "paging.cursor",
            "The cursor is not one of ours: leave it out to start at the beginning.",
            "游标无效:去掉该参数从头开始。",
            field="after",
        ) from None
    return values


def page_of(rows: Sequence[T], limit: int, key: Callable[[T], Sequence[Any]]) -> Page[T]:
    """A page from at most `limit + 1` rows that were read."""
    more = len(rows) > limit
    kept = rows[:limit]
    return Page(items=kept, next=encode_cursor(key(kept[-1])) if more and kept else None)
