"""One open stream: what is unanswered now, then each change as it happens, until its time is over."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from common.caller import Caller
from common.errors import SizaoError, Unauthenticated
from common.host import Host
from common.web.tokens import read_token
from notify.live.places import Place
from notify.live.watcher import Watcher
from notify.usecases.alerts import Changes, changed_alerts, open_alerts
from notify.usecases.shapes import alert_answer
from notify.usecases.stamps import write_stamps

HEARTBEAT_SECONDS = 5.0
"""A reader that went away is noticed when a heartbeat can't be written."""
TOKEN_SECONDS = 15.0
"""How often the session is looked at again: it may have ended or been revoked."""
LONGEST_SECONDS = 300.0
RETRY_MS = 2_000
NOBODY = Caller(id="anybody", name="")


@dataclass(frozen=True)
class Reader:
    """Who reads a stream, by which session, and which sites it is about."""

    caller: Caller
    token: str
    codes: tuple[str, ...]


class Stream:
    """An iterator of server-sent events that gives its place back when it is closed, read or not."""

    def __init__(
        self, host: Host, watcher: Watcher, reader: Reader, stamps: dict[str, int] | None, place: Place,
        give_back: Callable[[Place], None],
    ) -> None:  # fmt: skip
        self._host, self._watcher, self._reader = host, watcher, reader
        self._stamps, self._place, self._give_back = stamps, place, give_back
        self._closed = False
        self._events = self._make()
        watcher.enter()

    def __iter__(self) -> Iterator[bytes]:
        """Itself."""
        return self

    def __next__(self) -> bytes:
        """The next event or heartbeat; waits for it."""
        try:
            return next(self._events).encode()
        except StopIteration:
            self.close()
            raise

    def close(self) -> None:
        """Gives the place back; safe to call twice."""
        if not self._closed:
            self._closed = True
            self._watcher.leave()
            self._give_back(self._place)

    def _make(self) -> Iterator[str]:
        yield f"retry: {RETRY_MS}\n\n"
        try:
            yield from self._tell()
        except Unauthenticated:
            yield "event: signed-out\ndata: {}\n\n"
        except SizaoError as problem:
            yield f"event: away\ndata: {json.dumps({'code': problem.code})}\n\n"

    def _tell(self) -> Iterator[str]:
        reader, given_up = self._reader, self._place.given_up
        started = checked = time.monotonic()
        if self._stamps is None:
            found = self._host.run(open_alerts, reader.caller, reader.codes, codes=",".join(reader.codes))
            yield self._told("snapshot", found)
        while time.monotonic() - started < LONGEST_SECONDS and not given_up.is_set():
            assert self._stamps is not None
            newer = self._watcher.wait(self._stamps, HEARTBEAT_SECONDS, given_up)
            if time.monotonic() - checked >= TOKEN_SECONDS:
                checked = time.monotonic()
                self._host.run(read_token, NOBODY, (), token=reader.token)
            if newer:
                found = self._host.run(changed_alerts, reader.caller, reader.codes, after=self._stamps)
                yield self._told("alerts", found)
            else:
                yield ": still here\n\n"

    def _told(self, kind: str, changes: Changes) -> str:
        self._stamps = dict(changes.stamps)
        items = [alert_answer(view).model_dump(mode="json") for view in changes.alerts]
        data = json.dumps({"items": items}, ensure_ascii=False, separators=(",", ":"))
        return f"event: {kind}\nid: {write_stamps(self._stamps)}\ndata: {data}\n\n"
