"""How values are written: by the site's clock, with the digits that were measured, masked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from common.testing.system import EmbeddedSystem
from common.web import filters
from common.web.app import create_app

LATE = datetime(2021, 3, 1, 16, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _request(small: EmbeddedSystem) -> Iterator[None]:
    app = create_app(small.hosts["screening"])
    with app.test_request_context("/"):
        yield


def test_times_and_days_are_the_sites() -> None:
    assert filters.local_time(LATE, "Asia/Shanghai") == "2021-03-02 00:30"
    assert filters.local_time(LATE, "Asia/Shanghai", "clock") == "00:30"
    assert filters.local_day(LATE, "Asia/Shanghai") == "2021-03-02"
    assert filters.local_day(LATE, "Europe/London") == "2021-03-01"
    assert filters.local_day(date(2021, 3, 1)) == "2021-03-01"
    assert filters.long_day(LATE, "Asia/Shanghai") == "2021年3月2日 星期二"
    assert 'datetime="2021-03-02T00:30:00+08:00"' in filters.time_element(LATE, site="Asia/Shanghai")
    assert filters.local_time(None) == "—"


@pytest.mark.parametrize(
    ("value", "shown"), [("36.5", "36.5"), ("37", "37.0"), ("37.29", "37.29"), ("37.30", "37.3"), ("40", "40.0")]
)
def test_a_reading_keeps_the_digits_it_was_measured_in(value: str, shown: str) -> None:
    assert f">{shown}<" in filters.reading(Decimal(value))
    assert filters.reading(Decimal(value), unit=False).endswith(f">{shown}</span>")


def test_no_reading_is_not_nought() -> None:
    assert "未测" in filters.reading(None)
    assert "—" in filters.count(None)
    assert ">0<" in filters.count(0)
    assert ">12,345<" in filters.count(12345)


@pytest.mark.parametrize(
    ("length", "shown"),
    [
        (0, "0 秒"), (45, "45 秒"), (750, "12 分 30 秒"), (3600, "1 小时"), (11100, "3 小时 5 分"),
        (90000, "1 天 1 小时"), (-90, "-1 分 30 秒"), (None, "—"),
    ],
)  # fmt: skip
def test_lengths_of_time_in_words(length: int | None, shown: str) -> None:
    assert filters.span(length) == shown
    if length is not None:
        assert filters.span(timedelta(seconds=length)) == shown
