"""Superiors as lists name them, by staff number or by name, and what to do where a name means several people."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from common.errors import Invalid, SizaoError

_WITH_NUMBER = re.compile(r"(?P<name>.+?)\s*[(\[]\s*(?P<number>[A-Za-z0-9._-]{1,20})\s*[)\]]")


@dataclass(frozen=True)
class Candidate:
    """Somebody who may be meant."""

    key: str
    staff_number: str
    name: str
    section: str
    leads: bool
    """Whether he is of the leadership or heads a section."""


class People:
    """Everybody of a site, to be found as lists name them."""

    def __init__(self, candidates: Iterable[Candidate]) -> None:
        self._by_number: dict[str, Candidate] = {}
        self._by_name: dict[str, list[Candidate]] = {}
        for one in candidates:
            if one.staff_number:
                self._by_number[one.staff_number] = one
            self._by_name.setdefault(one.name, []).append(one)

    def meant(self, written: str, section: str) -> Candidate | SizaoError | None:
        """Whoever a cell names, `None` for an empty one; an error in words if nobody or several may be meant.

        Of several with one name the one who leads counts, else the one who leads in the same section.
        """
        if not written:
            return None
        if written in self._by_number:
            return self._by_number[written]
        if found := _WITH_NUMBER.fullmatch(written):
            numbered = self._by_number.get(found["number"])
            if numbered is not None and numbered.name == found["name"]:
                return numbered
        named = self._by_name.get(written, [])
        leading = [one for one in named if one.leads] or named
        nearest = [one for one in leading if one.section == section] if len(leading) > 1 else leading
        if len(nearest) == 1:
            return nearest[0]
        if not named:
            return Invalid(
                "superior.unknown",
                "The superior '{name}' is neither in this list nor known here: the line was taken in without one.",
                "上级“{name}”不在名单中，也不是本单位已登记人员：该行已接收，但未设置上级。",
                name=written[:40],
            )
        return Invalid(
            "superior.several",
            "Several people are called '{name}': write the superior's staff number. The line was taken in without one.",
            "“{name}”有多人重名：请填写上级的工号。该行已接收，但未设置上级。",
            name=written[:40],
        )
