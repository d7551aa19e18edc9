"""The one source of time. Code asks a `Clock`; SQL `now()` and the host's zone are never used."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo


class Clock(Protocol):
    """Gives the present instant in UTC."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        ...


class SystemClock:
    """The host's clock, moved by the number of seconds in `offset_file` when there is one.

    The file lets a test move the time of every process of a system together; it is read anew each time it changes.
    """

    def __init__(self, offset_file: Path | None = None) -> None:
        self._file = offset_file
        self._stamp = -1
        self._offset = timedelta(0)

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        if self._file is not None:
            self._reread()
        return datetime.now(UTC) + self._offset  # noqa: TID251 - the one place that asks the host

    def _reread(self) -> None:
        assert self._file is not None
        try:
            stamp = self._file.stat().st_mtime_ns
        except FileNotFoundError:
            self._offset = timedelta(0)
            return
        if stamp != self._stamp:
            self._offset = timedelta(seconds=float(self._file.read_text().strip() or 0))
            self._stamp = stamp


def local_day(instant: datetime, zone: str) -> date:
    """The site's local day of an instant (facts: days and times)."""
    return instant.astimezone(ZoneInfo(zone)).date()
