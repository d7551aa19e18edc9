"""Which settings of a site fit."""

from __future__ import annotations

import re
from typing import Any

from pydantic import ValidationError

from common.civil.phone import normalise_phone
from common.errors import Invalid
from common.site import PHONES, SiteSettings


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
