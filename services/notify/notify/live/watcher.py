"""One look at the database ten times a second, for all streams of a process together."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from weakref import WeakKeyDictionary

import structlog
from sqlalchemy import select

from common.caller import system
from common.host import Host
from common.op import Op, usecase
from notify.models import ChangeCounter

log = structlog.get_logger()
POLL_SECONDS = 0.1
BACK_OFF_SECONDS = 2.0


@usecase(read=True)
def newest_stamps(op: Op) -> dict[str, int]:
    """The newest change stamp of each site."""
    return {row.code: row.value for row in op.db.execute(select(ChangeCounter.code, ChangeCounter.value))}


class Watcher:
    """Knows the newest stamps, as long as somebody asks; its thread ends when nobody does."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._changed = threading.Condition()
        self._stamps: dict[str, int] = {}
        self._readers = 0
        self._running = False

    def enter(self) -> None:
        """A stream begins."""
        with self._changed:
            self._readers += 1
            if not self._running:
                self._running = True
                threading.Thread(target=self._watch, name="notify-live", daemon=True).start()

    def leave(self) -> None:
        """A stream has ended."""
        with self._changed:
            self._readers -= 1
            self._changed.notify_all()

    def wake(self) -> None:
        """Lets every waiting stream look around."""
        with self._changed:
            self._changed.notify_all()

    def wait(self, known: dict[str, int], timeout: float, given_up: threading.Event) -> bool:
        """Waits until a site has a newer stamp than the one known; False if none had within `timeout` seconds, or the
        stream was told to end."""
        with self._changed:
            self._changed.wait_for(lambda: given_up.is_set() or self._newer(known.items()), timeout)
            return self._newer(known.items())

    def _newer(self, known: Iterable[tuple[str, int]]) -> bool:
        return any(self._stamps.get(code, 0) > stamp for code, stamp in known)

    def _watch(self) -> None:
        pause = threading.Event()
        while True:
            with self._changed:
                if self._readers <= 0:
                    self._running = False
                    return
            try:
                stamps = self._host.run(newest_stamps, system("notify"), ())
            except Exception as problem:  # noqa: BLE001 - whatever keeps the database away, it is asked again
                log.warning("live.database_away", problem=type(problem).__name__)
                pause.wait(BACK_OFF_SECONDS)
                continue
            with self._changed:
                if stamps != self._stamps:
                    self._stamps = stamps
                    self._changed.notify_all()
            pause.wait(POLL_SECONDS)


_watchers: WeakKeyDictionary[Host, Watcher] = WeakKeyDictionary()
_guard = threading.Lock()


def watcher_of(host: Host) -> Watcher:
    """The watcher of a process's host."""
    with _guard:
        found = _watchers.get(host)
        if found is None:
            found = _watchers[host] = Watcher(host)
        return found
