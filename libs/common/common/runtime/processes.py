"""What the separate processes of a service share: a stop that is only a flag, health, and loops in threads."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable

import structlog

from common.errors import Invalid
from common.observe.health import Health, HealthServer
from common.settings import Settings

log = structlog.get_logger()


def stop_on_signals() -> threading.Event:
    """An event that SIGTERM and SIGINT set; they do nothing else."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop.set())
    return stop


def serve_health(health: Health, settings: Settings) -> HealthServer | None:
    """Serves health and metrics at `metrics_port`, unless it is 0."""
    return HealthServer(health, settings.host, settings.metrics_port) if settings.metrics_port else None


def need_broker(settings: Settings) -> str:
    """The broker's URLs. Raises Invalid where there is no broker or no server database: those run embedded."""
    if not settings.amqp or settings.embedded:
        raise Invalid(
            "settings.no_broker",
            "A process of its own needs SIZAO_DATABASE and SIZAO_AMQP; without them use 'sizao run'.",
            "独立进程需要设置 SIZAO_DATABASE 和 SIZAO_AMQP;未设置时请使用 sizao run。",
        )
    return settings.amqp


class Loop:
    """Calls a step again and again in a thread: what it raises is logged, never the end of it."""

    def __init__(self, name: str, step: Callable[[], object], seconds: float, stop: threading.Event) -> None:
        self._name, self._step, self._seconds, self._stop = name, step, seconds, stop
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def join(self, timeout: float) -> None:
        """Waits until the step at hand is done."""
        self._thread.join(timeout)

    def _run(self) -> None:
        while not self._stop.is_set():
            started = time.monotonic()
            try:
                self._step()
            except Exception as problem:  # noqa: BLE001 - a database or broker that is away comes back
                log.warning("loop.failed", loop=self._name, problem=f"{type(problem).__name__}: {problem}"[:300])
            self._stop.wait(max(0.05, self._seconds - (time.monotonic() - started)))
