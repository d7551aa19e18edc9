"""How much one site may ask of a web process, so that a noisy site slows itself and no other.

Counted in the memory of each process, so approximate by design: the limit guards against a runaway program; sign-in
attempts are counted in the database. (flask-limiter does the same for 80 µs a request and a thread now and then,
which is most of what a bare request costs; this takes two.)
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from flask import Flask, current_app, g, request

from common.errors import TooMany
from common.web.headers import PROBES, is_static

MOST_KEYS = 10_000


class SiteRates:
    """A bucket for each key that fills evenly; a request takes one, a full bucket allows a minute's worth at once."""

    def __init__(self, per_minute: int, seconds: Callable[[], float] = time.monotonic) -> None:
        self._size = float(per_minute)
        self._per_second = per_minute / 60
        self._seconds = seconds
        self._buckets: dict[str, tuple[float, float]] = {}
        self._lock = threading.Lock()

    def take(self, key: str) -> float:
        """Takes one from the key's bucket; returns 0, or the seconds to wait if there is none."""
        with self._lock:
            now = self._seconds()
            left, since = self._buckets.get(key, (self._size, now))
            left = min(self._size, left + (now - since) * self._per_second)
            if left < 1:
                self._buckets[key] = (left, now)
                return (1 - left) / self._per_second
            self._buckets[key] = (left - 1, now)
            if len(self._buckets) > MOST_KEYS:
                self._forget_idle(now)
            return 0.0

    def _forget_idle(self, now: float) -> None:
        """Forgets buckets that are full again, and all of them if none is: a limit may be late, memory may not grow."""
        kept = {
            key: (left, since)
            for key, (left, since) in self._buckets.items()
            if left + (now - since) * self._per_second < self._size
        }
        self._buckets = kept if len(kept) <= MOST_KEYS // 2 else {}


def install_limits(app: Flask, per_minute: int) -> None:
    """Limits the requests of each site; 0 sets no limit."""
    app.extensions["sizao.rates"] = SiteRates(per_minute) if per_minute else None


def check_rate() -> None:
    """Counts the request at hand, unless it is for a file or a probe; raises TooMany over the limit."""
    rates: SiteRates | None = current_app.extensions["sizao.rates"]
    if rates is None or request.url_rule is None or request.endpoint in PROBES or is_static(request.endpoint):
        return
    sites = g.get("sizao_sites")
    wait = rates.take("site:" + ",".join(sorted(sites)) if sites else f"address:{request.remote_addr}")
    if wait:
        raise TooMany(
            "rate.site",
            "Too many requests from your site: wait {seconds} s.",
            "本单位请求过于频繁：请 {seconds} 秒后重试。",
            retry_after=max(1, round(wait)),
            seconds=max(1, round(wait)),
        )
