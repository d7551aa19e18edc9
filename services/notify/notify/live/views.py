"""`GET /notify/live?site=`: the stream of alerts of one or several sites."""

from __future__ import annotations

import threading
from weakref import WeakKeyDictionary

from flask import Blueprint, Response, request

from common.errors import Unavailable
from common.host import Host
from common.op import Op, usecase
from common.web.access import allow
from common.web.guard import SESSION_COOKIE
from common.web.request import caller, host, run
from notify.domain.groups import READERS
from notify.live.stream import Stream
from notify.live.watcher import watcher_of
from notify.metrics import STREAMS_REFUSED
from notify.usecases.alerts import named_sites
from notify.usecases.stamps import read_stamps

live = Blueprint("live", __name__)
RETRY_SECONDS = 30
_taken: WeakKeyDictionary[Host, int] = WeakKeyDictionary()
_guard = threading.Lock()


@usecase(read=True)
def allowed_sites(op: Op, *, codes: str | None) -> list[str]:
    """The sites a stream is for; raises Forbidden for another's."""
    return named_sites(op, codes)


@live.get("/live")
@allow(*READERS)
def stream() -> Response:
    """Server-sent events: `snapshot`, then `alerts` with what changed; `signed-out` when the session is over.

    `Last-Event-ID` goes on from an earlier stream. Where all places are taken the answer is 503 with Retry-After; then
    `GET /notify/api/v1/alerts/changes` is polled.
    """
    codes = run(allowed_sites, codes=request.args.get("site"))
    last = request.headers.get("Last-Event-ID")
    stamps = read_stamps(last) if last else None
    if stamps is not None and set(stamps) != set(codes):
        stamps = None
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    if request.method == "HEAD":
        return Response(mimetype="text/event-stream", headers=headers)
    here = host()
    take_place(here)
    body = Stream(here, watcher_of(here), caller(), _token(), stamps, codes, lambda: give_place(here))
    return Response(body, mimetype="text/event-stream", headers=headers, direct_passthrough=True)


def take_place(here: Host) -> None:
    """Takes one of the process's places; raises Unavailable when all are taken."""
    with _guard:
        if _taken.get(here, 0) >= here.settings.streams:
            STREAMS_REFUSED.inc()
            raise Unavailable(
                "live.full",
                "All live streams of this process are taken: poll /notify/api/v1/alerts/changes.",
                "实时连接已满：请改为轮询 /notify/api/v1/alerts/changes。",
                retry_after=RETRY_SECONDS,
            )
        _taken[here] = _taken.get(here, 0) + 1


def give_place(here: Host) -> None:
    """Gives a place back."""
    with _guard:
        _taken[here] -= 1


def _token() -> str:
    header = request.headers.get("Authorization", "")
    return header.removeprefix("Bearer ").strip() if header else request.cookies.get(SESSION_COOKIE, "")
