"""The processes of an installation under test: each service's web, relay and worker, started, killed and ended."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any

import httpx

from common.testing.servers.engine import free_port, wait_until

KINDS = ("web", "relay", "worker")
READY_SECONDS = 120.0
STOP_SECONDS = 40.0


class FileClock:
    """A clock that runs, moved together in every process by the file that holds its offset."""

    def __init__(self, file: Path, at: datetime) -> None:
        from common.clock import SystemClock

        self.file = file
        self._offset = at - SystemClock().now()
        self._clock = SystemClock(file)
        self._write()

    def now(self) -> datetime:
        """The present instant of the system."""
        return self._clock.now()

    def move(self, **by: float) -> None:
        """Moves on by a timedelta's keywords."""
        self._offset += timedelta(**by)
        self._write()

    def _write(self) -> None:
        fresh = self.file.with_suffix(".new")
        fresh.write_text(str(self._offset.total_seconds()), encoding="ascii")
        fresh.replace(self.file)


@dataclass
class Process:
    """One process of a service, with the port where it tells of its health and its own log file."""

    service: str
    kind: str
    argv: list[str]
    env: dict[str, str]
    ready_url: str
    log: Path
    running: subprocess.Popen[bytes] | None = None
    _output: IO[bytes] | None = None

    def start(self) -> None:
        """Starts it; see `wait_ready`."""
        self._output = self.log.open("ab")
        self.running = subprocess.Popen(
            self.argv, env=self.env, stdout=self._output, stderr=self._output, start_new_session=True
        )

    def wait_ready(self) -> None:
        """Returns when it is ready. Raises RuntimeError, with the end of its log, when it ends or does not come up."""
        try:
            wait_until(self._is_ready, READY_SECONDS, f"{self.service} {self.kind}")
        except (TimeoutError, ChildProcessError) as problem:
            raise RuntimeError(f"{problem}; the end of its log:\n{self.tail()}") from problem

    def _is_ready(self) -> bool:
        if self.running is None or self.running.poll() is not None:
            raise ChildProcessError(f"{self.service} {self.kind} has ended")
        try:
            return httpx.get(self.ready_url, timeout=5).status_code == httpx.codes.OK
        except httpx.TransportError:
            return False

    def signal(self, number: int) -> None:
        """Sends a signal: SIGKILL to all of it at once, as a node that dies; others to its main process."""
        if self.running is not None and self.running.poll() is None:
            with suppress(ProcessLookupError):
                if number == signal.SIGKILL:
                    os.killpg(self.running.pid, number)
                else:
                    self.running.send_signal(number)

    def wait(self, seconds: float = STOP_SECONDS) -> int:
        """Its exit code, once it has ended; killed when it takes longer than `seconds`."""
        if self.running is None:
            return 0
        try:
            return self.running.wait(seconds)
        except subprocess.TimeoutExpired:
            self.signal(signal.SIGKILL)
            self.running.wait(10)
            raise RuntimeError(f"{self.service} {self.kind} did not stop in {seconds} s:\n{self.tail()}") from None
        finally:
            if self._output is not None:
                self._output.close()
                self._output = None
            with suppress(ProcessLookupError):
                os.killpg(self.running.pid, signal.SIGKILL)

    def tail(self) -> str:
        """The end of its log."""
        return self.log.read_text(errors="replace")[-4000:] if self.log.exists() else ""


class Processes:
    """Starts, kills and ends the processes of some services."""

    def __init__(self, folder: Path, env: Mapping[str, str], *, module: str | None = None) -> None:
        self._folder, self._env, self._module = folder, env, module
        self.all: dict[tuple[str, str], Process] = {}
        self.web_ports: dict[str, int] = {}
        (folder / "logs").mkdir(parents=True, exist_ok=True)

    def add(self, service: str, kind: str) -> Process:
        """Describes a process; start it with `start`."""
        port, metrics = free_port(), free_port()
        serves = kind in {"web", "live"}
        if serves:
            self.web_ports[f"{service}/live" if kind == "live" else service] = port
        argv = [sys.executable, "-m", "common.testing.child", kind, service, *([self._module] if self._module else [])]
        ready = f"http://127.0.0.1:{port}/{service}/readyz" if serves else f"http://127.0.0.1:{metrics}/readyz"
        made = Process(
            service,
            kind,
            argv,
            {**self._env, "SIZAO_PORT": str(port), "SIZAO_METRICS_PORT": str(metrics)},
            ready,
            self._folder / "logs" / f"{service}-{kind}.log",
        )
        self.all[(service, kind)] = made
        return made

    def start(self, which: Iterable[tuple[str, str]] | None = None) -> None:
        """Starts these (or all that do not run) together and returns when each is ready."""
        wanted = [self.all[key] for key in which] if which is not None else list(self.all.values())
        fresh = [one for one in wanted if one.running is None or one.running.poll() is not None]
        for one in fresh:
            one.start()
        for one in fresh:
            one.wait_ready()

    def kill(self, service: str, kind: str, number: int = signal.SIGKILL) -> None:
        """Sends a signal and returns when the process has ended."""
        self.all[(service, kind)].signal(number)
        self.all[(service, kind)].wait()

    def stop(self) -> dict[tuple[str, str], int]:
        """Ends all in good order; their exit codes."""
        for one in self.all.values():
            one.signal(signal.SIGTERM)
        return {key: one.wait() for key, one in self.all.items()}


def until(condition: Callable[[], Any], what: str, seconds: float = 60.0) -> Any:
    """The condition's first true value, asked for every 50 ms. Raises TimeoutError naming `what`."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {seconds:.0f} s in vain for {what}")
        time.sleep(0.05)
    return found
