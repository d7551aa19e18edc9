"""Servers, installations and processes for measurements, ended with them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.wire import Line, request_bytes
from common.clock import SystemClock
from common.service import Service
from common.testing import two
from common.testing.installation import Installation
from common.testing.plugin import new_vhost
from common.testing.provision import RUN_VARIABLE, ServerRun
from common.testing.servers.engine import free_port, wait_until


@contextmanager
def server_run() -> Iterator[ServerRun]:
    """Real servers: those of the run that this process belongs to, or new ones."""
    if RUN_VARIABLE in os.environ:
        yield ServerRun.current()
        return
    own = ServerRun.create()
    os.environ[RUN_VARIABLE] = str(own.folder)
    try:
        yield own
    finally:
        del os.environ[RUN_VARIABLE]
        own.close()


@contextmanager
def installation(services: Sequence[Service], *, broker: bool = False, **settings: Any) -> Iterator[Installation]:
    """Services on a real PostgreSQL, and RabbitMQ where `broker` says so."""
    with server_run() as run, tempfile.TemporaryDirectory() as folder:
        amqp = new_vhost(run.rabbit(), "bench").amqp_url if broker else ""
        made = Installation(
            Path(folder), services, admin_dsn=run.postgres().admin_dsn, amqp=amqp, clock=SystemClock(), **settings
        )  # fmt: skip
        try:
            yield made
        finally:
            made.close()


@contextmanager
def two_services(**settings: object) -> Iterator[Installation]:
    """The two small services on a real PostgreSQL and RabbitMQ."""
    with installation(two.SERVICES, broker=True, prepare=two.prepare, **settings) as made:
        yield made


@contextmanager
def program(
    argv: Sequence[str], *, env: Mapping[str, str] | None = None, port: int = 0, path: str = ""
) -> Iterator[subprocess.Popen[bytes]]:
    """A program of its own, once it answers at `path`; ended with all it started."""
    with tempfile.TemporaryFile() as log:
        running = subprocess.Popen(argv, env=env, stdout=log, stderr=log, start_new_session=True)

        def ready() -> bool:
            if running.poll() is not None:
                log.seek(0)
                raise RuntimeError(f"{' '.join(argv[:6])} ended: {log.read().decode()[-2000:]}")
            return not port or answers(port, path)

        try:
            wait_until(ready, 60, " ".join(argv[:6]))
            yield running
        finally:
            if running.poll() is None:
                running.send_signal(signal.SIGTERM)
            try:
                running.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(running.pid, signal.SIGKILL)
                running.wait(10)


def answers(port: int, path: str) -> bool:
    """Whether a GET of the path is answered 200."""
    line = Line(port)
    try:
        return line.ask(request_bytes("GET", path))[0] == 200
    except OSError:
        return False
    finally:
        line.close()


def python(module: str, *arguments: str) -> list[str]:
    """The command that runs a module."""
    return [sys.executable, "-m", module, *arguments]


__all__ = ["answers", "free_port", "installation", "program", "python", "server_run", "two_services"]
