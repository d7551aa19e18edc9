"""`GET /notify/live?site=`: the stream of alerts of one or several sites."""

from __future__ import annotations

from flask import Blueprint, Response, request

from common.op import Op, usecase
from common.web.access import allow
from common.web.guard import SESSION_COOKIE
from common.web.request import caller, host, run
from notify.domain.groups import READERS
from notify.live.places import places_of
from notify.live.stream import Reader, Stream
from notify.live.watcher import watcher_of
from notify.usecases.alerts import named_sites
from notify.usecases.stamps import read_stamps

live = Blueprint("live", __name__)


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
    here, who = host(), caller()
    watcher = watcher_of(here)
    places = places_of(here, watcher.wake)
    place = places.take(who.token_id, here.settings.streams)
    body = Stream(here, watcher, Reader(who, _token(), tuple(codes)), stamps, place, places.give_back)
    return Response(body, mimetype="text/event-stream", headers=headers, direct_passthrough=True)


def _token() -> str:
    header = request.headers.get("Authorization", "")
    return header.removeprefix("Bearer ").strip() if header else request.cookies.get(SESSION_COOKIE, "")
