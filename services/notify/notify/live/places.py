"""The places for open streams in one process: a bounded number, and a few for each session."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from common.errors import Unavailable
from common.host import Host
from notify.metrics import STREAMS_OPEN, STREAMS_REFUSED

FOR_ONE_SESSION = 3
"""A browser holds one stream; one that turns pages quickly leaves dead ones behind, which end as it opens the next."""
RETRY_SECONDS = 30


@dataclass
class Place:
    """One taken place; `given_up` tells its stream to end."""

    session: str
    given_up: threading.Event = field(default_factory=threading.Event)


class Places:
    """Who holds a place."""

    def __init__(self, wake: Callable[[], None]) -> None:
        self._guard = threading.Lock()
        self._taken: list[Place] = []
        self._wake = wake
        """Lets streams look whether they were told to end."""

    def take(self, session: str, most: int) -> Place:
        """Takes a place, the oldest of the same session where it has enough; raises Unavailable when all are taken."""
        with self._guard:
            own = [place for place in self._taken if place.session == session]
            if len(own) >= FOR_ONE_SESSION:
                self._leave(own[0])
            if len(self._taken) >= most:
                STREAMS_REFUSED.inc()
                raise Unavailable(
                    "live.full",
                    "All live streams of this process are taken: poll /notify/api/v1/alerts/changes.",
                    "实时连接已满：请改为轮询 /notify/api/v1/alerts/changes。",
                    retry_after=RETRY_SECONDS,
                )
            place = Place(session)
            self._taken.append(place)
            STREAMS_OPEN.inc()
        self._wake()
        return place

    def give_back(self, place: Place) -> None:
        """Gives a place back; safe to call twice."""
        with self._guard:
            self._leave(place)

    def _leave(self, place: Place) -> None:
        place.given_up.set()
        if place in self._taken:
            self._taken.remove(place)
            STREAMS_OPEN.dec()


_places: WeakKeyDictionary[Host, Places] = WeakKeyDictionary()
_guard = threading.Lock()


def places_of(host: Host, wake: Callable[[], None]) -> Places:
    """The places of a process's host."""
    with _guard:
        found = _places.get(host)
        if found is None:
            found = _places[host] = Places(wake)
        return found
