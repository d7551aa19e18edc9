"""Working days: the State Council's calendar, the site's own days before it, a documented rule after it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType

import chinese_calendar

_SATURDAY = 5


class DaySource(StrEnum):
    """Where the answer for a day comes from."""

    SITE = "site"
    STATE = "state"
    RULE = "rule"


@dataclass(frozen=True, slots=True)
class DayKind:
    """Whether a day is a working day. `published` says whether the State Council's calendar of that year is known: if
    not, and the site has not entered the day, Monday to Friday are taken as working days and pages say so."""

    working: bool
    published: bool
    source: DaySource


class WorkingCalendar:
    """Answers for any day and never fails (facts: days and times). `overrides`: the site's own days, day -> working."""

    def __init__(self, overrides: Mapping[date, bool] | None = None) -> None:
        self._overrides = MappingProxyType(dict(overrides or {}))

    def kind_of(self, day: date) -> DayKind:
        """The kind of the local `day`: the site's entry, else the published calendar, else Monday to Friday."""
        try:
            state: bool | None = bool(chinese_calendar.is_workday(day))
        except NotImplementedError:
            state = None
        own = self._overrides.get(day)
        if own is not None:
            return DayKind(own, state is not None, DaySource.SITE)
        if state is not None:
            return DayKind(state, True, DaySource.STATE)
        return DayKind(day.weekday() < _SATURDAY, False, DaySource.RULE)

    def is_working_day(self, day: date) -> bool:
        """Whether the local `day` is a working day."""
        return self.kind_of(day).working
