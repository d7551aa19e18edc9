"""Working days: published years, years nobody has published, and the site's own days."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.civil.calendar import DaySource, WorkingCalendar


@pytest.mark.parametrize(
    ("day", "working"),
    [
        (date(2021, 2, 7), True),
        (date(2021, 5, 3), False),
        (date(2021, 3, 1), True),
        (date(2021, 3, 6), False),
        (date(2021, 10, 1), False),
    ],
)
def test_the_published_calendar_decides(day: date, working: bool) -> None:
    kind = WorkingCalendar().kind_of(day)
    assert (kind.working, kind.published, kind.source) == (working, True, DaySource.STATE)


@pytest.mark.parametrize("year", [2003, 2027, 2050])
def test_an_unpublished_year_goes_by_monday_to_friday_and_says_so(year: int) -> None:
    calendar = WorkingCalendar()
    first = date(year, 3, 1)
    for day in (first + timedelta(days=offset) for offset in range(7)):
        kind = calendar.kind_of(day)
        assert kind.working is (day.weekday() < 5)
        assert (kind.published, kind.source) == (False, DaySource.RULE)


def test_the_site_enters_days_for_any_year() -> None:
    calendar = WorkingCalendar({date(2027, 2, 6): True, date(2021, 3, 1): False})
    assert calendar.is_working_day(date(2027, 2, 6))
    assert calendar.kind_of(date(2027, 2, 6)).source is DaySource.SITE
    assert not calendar.kind_of(date(2027, 2, 6)).published
    assert not calendar.is_working_day(date(2021, 3, 1))
    assert calendar.kind_of(date(2021, 3, 1)).published


@given(st.dates())
def test_no_day_makes_it_fail(day: date) -> None:
    assert WorkingCalendar().is_working_day(day) in (True, False)
