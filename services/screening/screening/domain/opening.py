"""When an entrance is open: hours by weekday, and days on which it stays closed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, time
from typing import Any

from common.civil.day import parse_clock, parse_day
from common.errors import Invalid

WEEKDAYS = tuple(str(number) for number in range(1, 8))
WORKING = "working"
USUAL: dict[str, list[str]] = {WORKING: ["08:00", "17:30"]}
MOST_CLOSED_DAYS = 400


def read_opening(given: Mapping[str, Any]) -> dict[str, list[str]]:
    """Hours as stored: `1` (Monday) … `7` or `working` to two "HH:MM" texts; a weekday beats `working`.

    Raises Invalid for another key, for hours that are not two times, and for an end that is not after the start.
    """
    hours: dict[str, list[str]] = {}
    for key, pair in given.items():
        if key not in WEEKDAYS and key != WORKING:
            raise _wrong(key, "is neither a weekday from 1 to 7 nor 'working'", "不是1至7的星期，也不是 working")
        if isinstance(pair, str) or not isinstance(pair, Sequence) or len(pair) != 2:
            raise _wrong(key, "takes two times, such as 08:00 and 17:30", "应为两个时间，例如 08:00 和 17:30")
        start, end = (_clock(key, value) for value in pair)
        if end <= start:
            raise _wrong(key, "ends before it begins", "结束时间不晚于开始时间")
        hours[key] = [f"{start:%H:%M}", f"{end:%H:%M}"]
    return dict(sorted(hours.items()))


def read_closed_days(given: Sequence[object]) -> list[str]:
    """Days as ISO dates, each once, in order. Raises Invalid for what is no date, and for more than 400."""
    if len(given) > MOST_CLOSED_DAYS:
        raise Invalid(
            "closed_days.many",
            "At most {limit} closed days are kept.",
            "关闭日最多{limit}天。",
            field="closed_days",
            limit=MOST_CLOSED_DAYS,
        )
    found: set[date] = set()
    for value in given:
        try:
            day = parse_day(value)
        except Invalid as wrong:
            wrong.field = "closed_days"
            raise
        if day is not None:
            found.add(day)
    return [day.isoformat() for day in sorted(found)]


def _clock(key: str, value: object) -> time:
    try:
        found = parse_clock(value)
    except Invalid as wrong:
        wrong.field = f"opening.{key}"
        raise
    if found is None:
        raise _wrong(key, "has an empty time", "有空白的时间")
    return found


def _wrong(key: str, en: str, zh: str) -> Invalid:
    return Invalid(
        "opening.form",
        "Opening hours '{key}' " + en + ".",
        "开放时间“{key}”" + zh + "。",
        field=f"opening.{key[:20]}",
        key=key[:20],
    )
