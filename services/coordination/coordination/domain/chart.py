"""The organisation chart: who is a head, who may be whose superior (facts: guarantor chain; no cycles)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

_LEADERSHIP = re.compile(
    r"(?:局|单位|中心|院|委|班子|馆|所)?领导(?:班子|层)?$|^leadership$|^directors?$", re.IGNORECASE
)
_HEAD = re.compile(
    r"^(?:科|处|股|室|部|所|队|站|科室|办公室)?(?:长|主任|负责人)$|^(?:section head|head|chief)$", re.IGNORECASE
)


def is_leadership(section: str) -> bool:
    """Whether a list means the bureau's leadership (局领导) and no section."""
    return _LEADERSHIP.search(unicodedata.normalize("NFKC", section).strip()) is not None


def is_head_post(post: str) -> bool:
    """Whether a post is that of a section's head (科长, 主任 …; no 副科长, no 主任科员)."""
    return _HEAD.match(unicodedata.normalize("NFKC", post).strip()) is not None


def cycle_through(start: str, superiors: Mapping[str, str | None]) -> list[str] | None:
    """The people on the cycle that `start` lies on, in order; `None` if his chain of superiors ends."""
    path = [start]
    seen = {start}
    here = superiors.get(start)
    while here is not None:
        if here == start:
            return path
        if here in seen:
            return None
        seen.add(here)
        path.append(here)
        here = superiors.get(here)
    return None
