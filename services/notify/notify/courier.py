"""Takes waiting messages to their far sides, outside any transaction, on a few threads of the worker's process."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any
from weakref import WeakKeyDictionary

import structlog

from common.caller import system
from common.errors import SizaoError
from common.host import Host
from notify.channels.build import build
from notify.channels.outbound import Outbound
from notify.domain.ladder import ROBOTS
from notify.metrics import MESSAGES
from notify.usecases.sending import Post, Result, claim_post, claim_test, record_result, waiting_channels

log = structlog.get_logger()
THREADS = 8
AT_ONE_CHANNEL = 4
"""Threads at a channel that takes one person at a time; a robot is always spoken to by one."""


class Courier:
    """Sends what waits, by any number of processes at once: each post is claimed in the database."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._outbound = Outbound(allow_private=host.settings.allow_private_webhooks)
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="notify-send")
        self._guard = threading.Lock()
        self._busy: dict[tuple[str, str], int] = {}
        self._running: set[Future[None]] = set()

    def start(self, site: str) -> None:
        """Sees to it that every channel of the site with something due is being worked on; does not wait."""
        for channel, kind in self._host.run(waiting_channels, system("notify"), {site}, site=site):
            most = 1 if kind in ROBOTS else AT_ONE_CHANNEL
            with self._guard:
                for _ in range(most - self._busy.get((site, channel), 0)):
                    self._busy[site, channel] = self._busy.get((site, channel), 0) + 1
                    future = self._pool.submit(self._drain, site, channel)
                    self._running.add(future)
                    future.add_done_callback(self._running.discard)

    def finish(self, timeout: float = 30.0) -> bool:
        """Waits until nothing is being sent; False if that took longer than `timeout` seconds."""
        with self._guard:
            running = set(self._running)
        return not wait(running, timeout).not_done

    def close(self) -> None:
        """Lets what is being sent finish and takes nothing new."""
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._outbound.close()

    def send(self, post: Post) -> Result:
        """Sends a claimed post and stores what became of it."""
        try:
            result = build(post.way, self._outbound).send(post)
        except Exception as problem:
            log.exception("channel.failed", channel=post.way.id, kind=post.way.kind)
            result = Result(False, type(problem).__name__, "the channel failed on our side")
        self._host.run(record_result, system("notify"), {post.site}, post=post, result=result)
        MESSAGES.labels(post.site, post.way.kind, "delivered" if result.ok else "failed").inc(len(post.message_ids))
        if not result.ok:
            log.warning("message.refused", channel=post.way.id, kind=post.way.kind, code=result.code, site=post.site)
        return result

    def _drain(self, site: str, channel: str) -> None:
        try:
            while True:
                post = self._host.run(claim_post, system("notify"), {site}, site=site, channel_id=channel)
                if post is None:
                    return
                self.send(post)
        except SizaoError as problem:
            log.warning("courier.put_off", site=site, channel=channel, code=problem.code)
        finally:
            with self._guard:
                self._busy[site, channel] -= 1


_couriers: WeakKeyDictionary[Host, Courier] = WeakKeyDictionary()
_couriers_guard = threading.Lock()


def close_courier(host: Host) -> None:
    """Ends the courier of a host that is about to be closed."""
    with _couriers_guard:
        found = _couriers.pop(host, None)
    if found is not None:
        found.close()


def courier_of(host: Host) -> Courier:
    """The courier of a process's host."""
    with _couriers_guard:
        found = _couriers.get(host)
        if found is None:
            found = _couriers[host] = Courier(host)
        return found


def send_test(
    host: Host, run: Callable[..., Any], *, channel_id: str, person_id: str | None
) -> tuple[str, Result | None]:
    """Tries a channel as the caller of `run` and waits for the far side's answer (`None` in a trial)."""
    message_id, post = run(claim_test, channel_id=channel_id, person_id=person_id)
    return message_id, None if post is None else courier_of(host).send(post)
