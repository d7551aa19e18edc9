"""Days and clock times as people write them; where a local day begins and ends."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.civil.day import at_local, day_bounds, local_day, parse_clock, parse_day, parse_month_end
from common.errors import Invalid

SHANGHAI = "Asia/Shanghai"
BEIJING = timezone(timedelta(hours=8))


def test_half_past_midnight_in_beijing_belongs_to_the_local_day() -> None:
    instant = datetime(2021, 3, 2, 0, 30, tzinfo=BEIJING)
    assert instant.astimezone(UTC).date() == date(2021, 3, 1)
    assert local_day(instant, SHANGHAI) == date(2021, 3, 2)


def test_a_naive_instant_is_a_programming_error() -> None:
    with pytest.raises(ValueError, match="time zone"):
        local_day(datetime.combine(date(2021, 3, 2), time()), SHANGHAI)


def test_a_local_day_goes_from_midnight_to_midnight() -> None:
    assert day_bounds(date(2021, 3, 2), SHANGHAI) == (
        datetime(2021, 3, 1, 16, tzinfo=UTC),
        datetime(2021, 3, 2, 16, tzinfo=UTC),
    )
    start, end = day_bounds(date(2021, 3, 28), "Europe/Berlin")
    assert end - start == timedelta(hours=23)


@given(st.integers(0, 4_000_000_000).map(lambda second: datetime.fromtimestamp(second, UTC)))
def test_each_instant_lies_in_the_bounds_of_its_own_day(instant: datetime) -> None:
    for zone in (SHANGHAI, "America/New_York"):
        start, end = day_bounds(local_day(instant, zone), zone)
        assert start <= instant < end


def test_a_wall_time_becomes_an_instant() -> None:
    assert at_local(date(2021, 3, 1), time(7, 31), SHANGHAI) == datetime(2021, 2, 28, 23, 31, tzinfo=UTC)


@pytest.mark.parametrize("name", ["Asia/Nowhere", "", "../etc/passwd", "/etc"])
def test_an_unknown_zone_is_refused(name: str) -> None:
    with pytest.raises(Invalid) as refused:
        day_bounds(date(2021, 3, 1), name)
    assert refused.value.code == "day.zone"


@pytest.mark.parametrize(
    "spelled",
    [
        "2021-3-2",
        "2021-03-02",
        "2021/03/02",
        "2021/3/2",
        "2021.3.2",
        "2021年3月2日",
        "2021年03月02日",
        "2021 年 3 月 2 日",
        "2021年3月2",
        "20210302",
        "２０２１－３－２",
        "2021-03-02 08:30",
        "2021-03-02T08:30:00",
        "2021年3月2日 8:30",
        " 2021-3-2 ",
        "44257",
        44257,
        44257.0,
        44257.4,
        20210302,
        date(2021, 3, 2),
        datetime(2021, 3, 2, 8, 30, tzinfo=BEIJING),
    ],
)
def test_every_spelling_of_a_day_is_that_day(spelled: object) -> None:
    assert parse_day(spelled) == date(2021, 3, 2)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ("2020-11-31", "day.does_not_exist"),
        ("2021-02-29", "day.does_not_exist"),
        ("20211301", "day.does_not_exist"),
        ("2021-3", "day.form"),
        ("3月2日", "day.form"),
        ("03/02/2021", "day.form"),
        ("21-3-2", "day.form"),
        ("2021-03/02", "day.form"),
        ("2021", "day.form"),
        (2021, "day.form"),
        ("明天", "day.form"),
        (True, "day.form"),
        (float("nan"), "day.form"),
        (float("inf"), "day.form"),
        (1e300, "day.form"),
        (-5, "day.form"),
        ("2021-03-02 25:70", "clock.range"),
        (b"2021-03-02", "day.form"),
    ],
)
def test_what_is_no_day_is_refused(wrong: object, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse_day(wrong)
    assert refused.value.code == code


@given(st.dates(date(1928, 1, 1), date(9999, 12, 31)))
def test_any_day_comes_back_from_each_spelling(day: date) -> None:
    serial = (day - date(1899, 12, 30)).days
    for spelled in (
        day.isoformat(),
        f"{day.year:04d}年{day.month}月{day.day}日",
        f"{day:%Y%m%d}",
        serial,
        float(serial),
    ):
        assert parse_day(spelled) == day


@pytest.mark.parametrize(
    ("spelled", "day", "month_only"),
    [
        ("2023年6月", date(2023, 6, 30), True),
        ("2024年2月", date(2024, 2, 29), True),
        ("2023-06", date(2023, 6, 30), True),
        ("2023/6", date(2023, 6, 30), True),
        ("2023年12月底", date(2023, 12, 31), True),
        ("2023年6月1日", date(2023, 6, 1), False),
        (44935, date(2023, 1, 9), False),
    ],
)
def test_a_month_alone_means_its_last_day(spelled: object, day: date, month_only: bool) -> None:
    assert parse_month_end(spelled) == (day, month_only)


def test_a_month_that_does_not_exist_is_refused() -> None:
    with pytest.raises(Invalid, match="2023年13月"):
        parse_month_end("2023年13月")


@pytest.mark.parametrize("nothing", [None, "", " "])
def test_empty_is_nothing(nothing: object) -> None:
    assert parse_day(nothing) is None
    assert parse_month_end(nothing) is None
    assert parse_clock(nothing) is None


@pytest.mark.parametrize(
    ("spelled", "clock"),
    [
        ("8:35", time(8, 35)),
        ("08：35", time(8, 35)),
        ("０８：３５", time(8, 35)),
        ("07:32:30", time(7, 32, 30)),
        ("8时35分", time(8, 35)),
        ("8点", time(8)),
        ("00:00", time(0)),
        ("23:59:59", time(23, 59, 59)),
        (8.583333333333334 / 24, time(8, 35)),
        (0.999999999, time(23, 59, 59)),
        (time(8, 35), time(8, 35)),
        (datetime(2021, 3, 1, 8, 35, tzinfo=BEIJING), time(8, 35)),
        (timedelta(hours=8, minutes=35), time(8, 35)),
    ],
)
def test_every_spelling_of_a_time(spelled: object, clock: time) -> None:
    assert parse_clock(spelled) == clock


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ("25:70", "range"),
        ("24:00", "range"),
        ("8:60", "range"),
        (1.0, "range"),
        (1.5, "range"),
        (-0.1, "range"),
        (float("nan"), "range"),
        (timedelta(hours=30), "range"),
        ("早上", "form"),
        ("835", "form"),
        (8, "form"),
        (True, "form"),
    ],
)
def test_what_is_no_time_is_refused(wrong: object, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse_clock(wrong)
    assert refused.value.code == f"clock.{code}"
