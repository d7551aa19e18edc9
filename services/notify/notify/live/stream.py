"""One open stream: what is unanswered now, then each change as it happens, until its time is over."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator

from common.caller import Caller
from common.errors import SizaoError, Unauthenticated
from common.host import Host
from common.web.tokens import read_token
from notify.live.watcher import Watcher
from notify.metrics import STREAMS_OPEN
from notify.usecases.alerts import Changes, changed_alerts, open_alerts
from notify.usecases.shapes import alert_answer
from notify.usecases.stamps import write_stamps

HEARTBEAT_SECONDS = 15.0
LONGEST_SECONDS = 300.0
RETRY_MS = 2_000
NOBODY = Caller(id="anybody", name="")


class Stream:
    """An iterator of server-sent events that gives its place back when it is closed, read or not."""

    def __init__(
        self, host: Host, watcher: Watcher, caller: Caller, token: str, stamps: dict[str, int] | None, codes: list[str],
        release: Callable[[], None],
    ) -> None:  # fmt: skip
        self._host, self._watcher, self._caller, self._token = host, watcher, caller, token
        self._stamps, self._codes, self._release = stamps, codes, release
        self._closed = False
        self._events = self._make()
        watcher.enter()
        STREAMS_OPEN.inc()

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
            STREAMS_OPEN.dec()
            self._release()

    def _make(self) -> Iterator[str]:
        started = time.monotonic()
        yield f"retry: {RETRY_MS}\n\n"
        try:
            if self._stamps is None:
                yield self._told(
                    "snapshot", self._host.run(open_alerts, self._caller, self._codes, codes=",".join(self._codes))
                )
            while time.monotonic() - started < LONGEST_SECONDS:
                assert self._stamps is not None
                if self._watcher.wait(self._stamps, HEARTBEAT_SECONDS):
                    found = self._host.run(changed_alerts, self._caller, self._codes, after=self._stamps)
                    yield self._told("alerts", found)
                else:
                    self._host.run(read_token, NOBODY, (), token=self._token)
                    yield ": still here\n\n"
        except Unauthenticated:
            yield "event: signed-out\ndata: {}\n\n"
        except SizaoError as problem:
            yield f"event: away\ndata: {json.dumps({'code': problem.code})}\n\n"

    def _told(self, kind: str, changes: Changes) -> str:
        self._stamps = dict(changes.stamps)
        items = [alert_answer(view).model_dump(mode="json") for view in changes.alerts]
        data = json.dumps({"items": items}, ensure_ascii=False, separators=(",", ":"))
        return f"event: {kind}\nid: {write_stamps(self._stamps)}\ndata: {data}\n\n"
