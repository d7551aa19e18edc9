"""The one port that every channel goes through."""

from __future__ import annotations

from typing import Any, Protocol

from notify.usecases.sending import Post, Result


class Channel(Protocol):
    """A way to a far side. `send` waits for its answer, never raises for what the far side does, and believes nothing
    but that answer's own words."""

    def send(self, post: Post) -> Result:
        """Sends one post and tells what the far side said."""
        ...


def at_pointer(document: Any, pointer: str) -> Any:
    """The value at a JSON pointer (RFC 6901), `None` where there is none."""
    found = document
    for part in pointer.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        if isinstance(found, dict) and key in found:
            found = found[key]
        elif isinstance(found, list) and key.isdigit() and int(key) < len(found):
            found = found[int(key)]
        else:
            return None
    return found


def as_word(value: Any) -> str:
    """A JSON value as it is compared with a configured word: `true`, `0`, `OK`."""
    if value is None:
        return "null"
    return ("true" if value else "false") if isinstance(value, bool) else str(value)
