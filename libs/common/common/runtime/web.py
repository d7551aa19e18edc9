"""The web process of one service: gunicorn with threads, the service at `/<service>`, `/healthz` at the root."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gunicorn.app.base import BaseApplication
from prometheus_client import multiprocess

from common.runtime.mount import mount
from common.runtime.start import start
from common.service import Service
from common.settings import Settings

MULTIPROCESS = "PROMETHEUS_MULTIPROC_DIR"
GRACEFUL_SECONDS = 20


class _Gunicorn(BaseApplication):  # type: ignore[misc] # gunicorn carries no type hints
    """Gunicorn with options from code; each worker process makes the application for itself, after the fork."""

    def __init__(self, make: Callable[[], Any], options: dict[str, Any]) -> None:
        self._make, self._options = make, options
        super().__init__()

    def load_config(self) -> None:
        """Sets the options."""
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """Makes the application."""
        return self._make()


def run_web(service: Service, settings: Settings) -> None:
    """Serves the API and pages of one service until SIGTERM. It never opens a connection to the broker."""
    serve(
        lambda: mount(start(settings, [service])),
        settings,
        {"worker_class": "gthread", "workers": settings.web_workers, "threads": settings.web_threads},
    )


def serve(make: Callable[[], Any], settings: Settings, options: dict[str, Any]) -> None:
    """Runs gunicorn at `host`:`port`, with the metrics of all its processes together at `metrics_port`.

    Prometheus's library decides at its import where values are kept. So this process begins anew once, with the
    folder for them in its environment.
    """
    if settings.metrics_port and MULTIPROCESS not in os.environ:
        os.environ[MULTIPROCESS] = tempfile.mkdtemp(prefix="sizao-metrics-")
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606 - the same command again
    shared = Path("/dev/shm")  # noqa: S108 - gunicorn's heartbeat file: a disk that is slow must not look like a hang
    common = {
        "bind": f"{settings.host}:{settings.port}",
        "graceful_timeout": GRACEFUL_SECONDS,
        "timeout": 60,
        "keepalive": 15,
        "max_requests_jitter": 0,
        "worker_tmp_dir": str(shared) if shared.is_dir() else None,
        "loglevel": "warning",
        "when_ready": lambda _arbiter: _serve_metrics(settings),
        "child_exit": _forget_worker,
    }
    _Gunicorn(make, common | options).run()


def _serve_metrics(settings: Settings) -> None:
    if settings.metrics_port:
        address = [settings.host, str(settings.metrics_port), str(os.getpid())]
        subprocess.Popen([sys.executable, "-m", "common.observe.gather", *address])  # noqa: S603 - our own program


def _forget_worker(_arbiter: Any, worker: Any) -> None:
    if MULTIPROCESS in os.environ:
        multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]
