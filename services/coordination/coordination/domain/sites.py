"""Sites: the form of a code, and which settings fit."""

from __future__ import annotations

import re
from typing import Any

from pydantic import ValidationError

from common.civil.day import zone
from common.civil.phone import normalise_phone
from common.errors import Invalid
from common.site import PHONES, SiteSettings

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


def checked_settings(given: dict[str, Any]) -> SiteSettings:
    """Settings of a site. Raises Invalid naming the word at fault."""
    try:
        settings = SiteSettings.model_validate(given)
    except ValidationError as wrong:
        fault = wrong.errors(include_url=False, include_input=False, include_context=False)[0]
        where = ".".join(str(part) for part in fault["loc"])
        raise Invalid(
            "site.settings",
            "The setting '{where}' is wrong: {why}.",
            "设置项“{where}”有误：{why}。",
            field=f"settings.{where}",
            where=where,
            why=fault["msg"],
        ) from wrong
    unknown = sorted(set(settings.phones) - set(PHONES))
    if unknown:
        raise Invalid(
            "site.phone",
            "There is no telephone '{name}'; there are: {known}.",
            "没有“{name}”这一电话项；可用：{known}。",
            field="settings.phones",
            name=unknown[0],
            known=", ".join(PHONES),
        )
    return settings.model_copy(update={"phones": _phones(settings.phones)})


def _phones(phones: dict[str, str]) -> dict[str, str]:
    checked = {}
    for name, number in phones.items():
        digits = number.strip()
        if not digits:
            continue
        checked[name] = digits if re.fullmatch(r"1[12][0-9]", digits) else normalise_phone(digits)
    return checked
