"""How templates write times, days, readings, counts and masked particulars."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from flask import Flask
from markupsafe import Markup

from common.civil.document import mask_document
from common.civil.name import mask_name
from common.civil.phone import mask_phone
from common.copies.tables import SiteCopy
from common.web.language import pick
from common.web.page import page_zone

FORMS = {
    "minute": "%Y-%m-%d %H:%M",
    "second": "%Y-%m-%d %H:%M:%S",
    "clock": "%H:%M",
    "clock_second": "%H:%M:%S",
    "short": "%m-%d %H:%M",
}
WEEKDAYS_ZH = "一二三四五六日"
WEEKDAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS_EN = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
NOTHING = "—"


def _zone(site: SiteCopy | str | None) -> ZoneInfo:
    if isinstance(site, SiteCopy):
        return ZoneInfo(site.timezone)
    return ZoneInfo(site) if site else ZoneInfo(page_zone())


def local_time(instant: datetime | None, site: SiteCopy | str | None = None, form: str = "minute") -> str:
    """An instant by the site's clock (`site`: a SiteCopy or a zone's name; default the page's site).

    `form`: minute, second, clock, clock_second, short. `None` gives a dash.
    """
    return NOTHING if instant is None else instant.astimezone(_zone(site)).strftime(FORMS[form])


def local_day(instant: datetime | date | None, site: SiteCopy | str | None = None) -> str:
    """The site's local day of an instant (or a day as it is), as 2021-03-01."""
    if instant is None:
        return NOTHING
    day = instant.astimezone(_zone(site)).date() if isinstance(instant, datetime) else instant
    return day.isoformat()


def long_day(day: datetime | date | None, site: SiteCopy | str | None = None) -> str:
    """A day in words: 2021年3月1日 星期一, or Mon 1 Mar 2021."""
    if day is None:
        return NOTHING
    if isinstance(day, datetime):
        day = day.astimezone(_zone(site)).date()
    return pick(
        f"{WEEKDAYS_EN[day.weekday()]} {day.day} {MONTHS_EN[day.month - 1]} {day.year}",
        f"{day.year}年{day.month}月{day.day}日 星期{WEEKDAYS_ZH[day.weekday()]}",
    )


def time_element(instant: datetime | None, form: str = "minute", site: SiteCopy | str | None = None) -> Markup:
    """A `<time>` element with the exact instant behind the local one."""
    if instant is None:
        return Markup(f'<span class="sz-none">{NOTHING}</span>')  # noqa: S704 - a constant
    shown, exact = local_time(instant, site, form), instant.astimezone(_zone(site))
    return Markup('<time class="sz-num" datetime="{}" title="{}">{}</time>').format(
        exact.isoformat(timespec="seconds"), local_time(instant, site, "second"), shown
    )


def reading(value: Decimal | None, unit: bool = True) -> Markup:
    """A body temperature with the digits it was measured in, `未测` where there is none."""
    if value is None:
        return Markup('<span class="sz-none">{}</span>').format(pick("not measured", "未测"))
    sign = Markup('<span class="sz-unit">℃</span>') if unit else Markup("")
    return Markup('<span class="sz-num">{}{}</span>').format(_plain(value), sign)


def _plain(value: Decimal) -> str:
    exact = value.normalize()
    return f"{exact:.1f}" if -int(exact.as_tuple().exponent) <= 1 else f"{exact:f}"


def count(value: int | None) -> Markup:
    """A whole number with its thousands apart, in tabular figures."""
    return Markup('<span class="sz-num">{}</span>').format(NOTHING if value is None else f"{value:,}")


def span(length: timedelta | float | None) -> str:
    """A length of time (a timedelta, or seconds) in words: 45 秒, 12 分 30 秒, 3 小时 5 分."""
    if length is None:
        return NOTHING
    seconds = round(length.total_seconds() if isinstance(length, timedelta) else length)
    sign, seconds = ("-", -seconds) if seconds < 0 else ("", seconds)
    days, hours, minutes, rest = seconds // 86400, seconds % 86400 // 3600, seconds % 3600 // 60, seconds % 60
    parts = [(days, "d", "天"), (hours, "h", "小时"), (minutes, "min", "分"), (rest, "s", "秒")]
    first = next((index for index, part in enumerate(parts) if part[0]), 3)
    chosen = [part for part in parts[first : first + 2] if part[0]] or [parts[3]]
    return sign + " ".join(f"{number} {pick(en, zh)}" for number, en, zh in chosen)


def install_filters(app: Flask) -> None:
    """Registers the filters that templates write values with."""
    app.jinja_env.filters.update(
        local_time=local_time, local_day=local_day, long_day=long_day, time=time_element, reading=reading, count=count,
        span=span, mask_name=mask_name, mask_phone=mask_phone, mask_document=mask_document,
    )  # fmt: skip
