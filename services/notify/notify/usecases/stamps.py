"""The cursor of changes over several sites: `main:12,branch:3`."""

from __future__ import annotations

import re

from common.errors import Invalid

_PART = re.compile(r"([a-z0-9-]{1,40}):([0-9]{1,18})")


def write_stamps(stamps: dict[str, int]) -> str:
    """The stamps as a cursor."""
    return ",".join(f"{code}:{value}" for code, value in sorted(stamps.items()))


def read_stamps(cursor: str) -> dict[str, int]:
    """The stamps in a cursor; raises Invalid for one that is not ours."""
    found: dict[str, int] = {}
    for part in cursor.split(","):
        match = _PART.fullmatch(part)
        if match is None:
            raise Invalid(
                "alerts.after",
                "'after' is the 'next' of an earlier answer.",
                "after 应为上一次返回的 next。",
                field="after",
            )
        found[match[1]] = int(match[2])
    return found
