"""Sites: the form of a code, and which words are taken."""

from __future__ import annotations

import re

from common.civil.day import zone
from common.errors import Invalid

_CODE = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")
INSTALLATION = "installation"
"""Where events stand that belong to no site: keys and revocations."""
_TAKEN = frozenset({INSTALLATION, "api", "static", "sign-in", "sign-out", "links", "pin", "openapi.json"})


def checked_code(code: str) -> str:
    """The code of a site; it is immutable and part of every address. Raises Invalid `site.code`."""
    if not _CODE.fullmatch(code) or code in _TAKEN:
        raise Invalid(
            "site.code",
            "A site's code has 1 to 40 of a to z, digits and - (not at the ends), and is no word of ours such as api.",
            "单位代码为1至40个小写字母、数字或“-”(首尾除外),且不能是 api 等保留字。",
            field="code",
        )
    return code


def checked_zone(name: str) -> str:
    """The name of a time zone. Raises Invalid `day.zone`."""
    zone(name)
    return name
