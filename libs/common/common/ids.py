"""Keys of rows and events: UUIDv7, so that they sort by the time they were made."""

from __future__ import annotations

import re

import uuid_utils

_SHAPE = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def new_id() -> str:
    """A new UUIDv7 in its 36-character form."""
    return str(uuid_utils.uuid7())


def is_id(text: str) -> bool:
    """Whether `text` has the form of one of our ids."""
    return _SHAPE.fullmatch(text) is not None
