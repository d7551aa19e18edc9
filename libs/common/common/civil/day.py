"""Days and clock times as people write them, and the border between local days and instants (facts: days and times)."""

from __future__ import annotations

import calendar
import re
import unicodedata
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from common.errors import Invalid

_EXCEL_EPOCH = date(1899, 12, 30)
# Serials from 1927-05-18 to 9999-12-31: a smaller number is a year or a count, not a day.
_SERIALS = (10_000, 2_958_465)
_COMPACT = (1900_01_01, 9999_12_31)
_SPELLED = re.compile(
    r"([0-9]{4})(?:-([0-9]{1,2})-|/([0-9]{1,2})/|\.([0-9]{1,2})\.|年([0-9]{1,2})月)([0-9]{1,2})(?:日|号)?"
)
_MONTH = re.compile(r"([0-9]{4})(?:-([0-9]{1,2})|/([0-9]{1,2})|\.([0-9]{1,2})|年([0-9]{1,2})月(?:份|底|末)?)")
_TIME_AFTER = re.compile(
    r"(.*[0-9日号])(?:t|\s+|(?<=[日号]))([0-9]{1,2}:[0-9]{1,2}(?::[0-9]{1,2}(?:\.0+)?)?)", re.IGNORECASE
)
_CLOCK = re.compile(r"([0-9]{1,2}):([0-9]{1,2})(?::([0-9]{1,2})(?:\.0+)?)?")
_CLOCK_WORDS = re.compile(r"([0-9]{1,2})[时点](?:([0-9]{1,2})分?(?:([0-9]{1,2})秒)?)?")


def zone(tz_name: str) -> ZoneInfo:
    """The time zone called `tz_name`, such as Asia/Shanghai. Raises Invalid `day.zone`."""
    try:
        return ZoneInfo(tz_name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Invalid(
            "day.zone",
            "There is no time zone {name}; use a name such as Asia/Shanghai.",
            "没有时区 {name}；请使用 Asia/Shanghai 这样的名称。",
            name=tz_name[:60],
        ) from None


def local_day(instant: datetime, tz_name: str) -> date:
    """The site's local day in which the aware `instant` lies; a naive one is a programming error (ValueError)."""
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return instant.astimezone(zone(tz_name)).date()


def day_bounds(day: date, tz_name: str) -> tuple[datetime, datetime]:
    """The UTC instants (start, end) of the local `day`: start belongs to it, end to the next day."""
    tz = zone(tz_name)
    start = datetime.combine(day, time(), tz)
    end = datetime.combine(day + timedelta(days=1), time(), tz)
    return start.astimezone(UTC), end.astimezone(UTC)


def at_local(day: date, clock: time, tz_name: str) -> datetime:
    """The UTC instant of the wall time `clock` on the local `day`."""
    return datetime.combine(day, clock, zone(tz_name)).astimezone(UTC)


def parse_day(value: object) -> date | None:
    """The day in `value`; None only if it is empty. Takes a date, a datetime (its date), 2021-3-2, 2021/03/02,
    2021.3.2, 2021年3月2日, 20210302 (text or number), each also with a time of day after it, full-width digits, and
    spreadsheet serials (44257, as number or text; from 1927 on, so that a bare year is no serial).

    Raises Invalid: `day.does_not_exist`, `day.form`.
    """
    if value is None:
        return None
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return _from_number(value)
    if not isinstance(value, str):
        raise _form(value)
    text = re.sub(r"\s*([年月日])\s*", r"\1", unicodedata.normalize("NFKC", value).strip())
    if not text:
        return None
    if followed := _TIME_AFTER.fullmatch(text):
        parse_clock(followed[2])
        text = followed[1]
    if text.isascii() and text.isdigit() and len(text) in (5, 8):
        return _from_number(int(text))
    if spelled := _SPELLED.fullmatch(text):
        year, *months, day = spelled.groups()
        return _date(int(year), int(next(month for month in months if month)), int(day), value)
    raise _form(value)


def parse_month_end(value: object) -> tuple[date, bool] | None:
    """(day, month_only) as expiry dates are written: 2023年6月, 2023-06, 2023/6 and 2023.6 mean the month's last day
    and the flag is True; everything else as `parse_day`. None only if empty."""
    if isinstance(value, str):
        text = re.sub(r"\s+", "", unicodedata.normalize("NFKC", value))
        if month := _MONTH.fullmatch(text):
            year, *months = month.groups()
            first = _date(int(year), int(next(number for number in months if number)), 1, value)
            return first.replace(day=calendar.monthrange(first.year, first.month)[1]), True
    day = parse_day(value)
    return None if day is None else (day, False)


def parse_clock(value: object) -> time | None:
    """The time of day in `value`; None only if it is empty. Takes a time, a datetime (its time), a timedelta within one
    day, a spreadsheet fraction (0 <= x < 1, to the second), 8:35, 08：35, 07:32:30, 8时35分, 8点.

    Raises Invalid: `clock.range` (25:70, 24:00), `clock.form`.
    """
    if value is None:
        return None
    if isinstance(value, datetime):
        return value.time().replace(tzinfo=None)
    if isinstance(value, time):
        return value.replace(tzinfo=None)
    if isinstance(value, timedelta):
        return _from_seconds(value.total_seconds(), value)
    if isinstance(value, float):
        return _from_seconds(value * 86_400, value)
    if not isinstance(value, str):
        raise _clock_form(value)
    text = re.sub(r"\s+", "", unicodedata.normalize("NFKC", value))
    if not text:
        return None
    found = _CLOCK.fullmatch(text) or _CLOCK_WORDS.fullmatch(text)
    if not found:
        raise _clock_form(value)
    try:
        hour, minute, second = (int(part or 0) for part in found.groups())
        return time(hour, minute, second)
    except ValueError:
        raise _clock_range(value) from None


def _from_number(value: float) -> date:
    if _COMPACT[0] <= value <= _COMPACT[1] and value == int(value):
        digits = str(int(value))
        return _date(int(digits[:4]), int(digits[4:6]), int(digits[6:]), digits)
    if _SERIALS[0] <= value < _SERIALS[1] + 1:
        return _EXCEL_EPOCH + timedelta(days=int(value))
    raise _form(value)


def _from_seconds(seconds: float, value: object) -> time:
    if not 0 <= seconds < 86_400:
        raise _clock_range(value)
    whole = min(round(seconds), 86_399)
    return time(whole // 3600, whole // 60 % 60, whole % 60)


def _date(year: int, month: int, day: int, value: object) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise Invalid(
            "day.does_not_exist", "The date {value} does not exist.", "日期 {value} 不存在。", value=_shown(value)
        ) from None


def _form(value: object) -> Invalid:
    return Invalid(
        "day.form",
        "{value} is not a date; write it as 2021-03-02.",
        "{value} 不是日期；请写成 2021-03-02。",
        value=_shown(value),
    )


def _clock_form(value: object) -> Invalid:
    return Invalid(
        "clock.form",
        "{value} is not a time of day; write it as 08:35.",
        "{value} 不是时间；请写成 08:35。",
        value=_shown(value),
    )


def _clock_range(value: object) -> Invalid:
    return Invalid(
        "clock.range",
        "{value} is not a time: hours go from 0 to 23, minutes and seconds from 0 to 59.",
        "{value} 不是有效时间：小时为 0 到 23，分和秒为 0 到 59。",
        value=_shown(value),
    )


def _shown(value: object) -> str:
    return str(value)[:40]
