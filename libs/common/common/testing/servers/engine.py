"""How a server runs: as a local process or in a container. Either can be ended and started again on the same port."""

import fcntl
import json
import os
import random
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

import docker
import docker.errors
import psutil

PORTS = range(20_000, 32_000)


class Engine(Protocol):
    """What a server control asks of the place where its server runs."""

    def start(self) -> None: ...
    def stop(self, seconds: float) -> None: ...
    def kill(self) -> None: ...
    def pause(self) -> None: ...
    def resume(self) -> None: ...
    def remove(self) -> None: ...
    def running(self) -> bool: ...
    def log(self) -> str: ...
    def describe(self) -> dict[str, Any]: ...


def free_port() -> int:
    """A port on the loopback address that nothing listens on, kept for this process and what it starts.

    It lies below the range that outgoing connections take theirs from, and a lock keeps other test workers off it: no
    connection and no neighbour takes it before a server binds it.
    """
    folder = Path(tempfile.gettempdir()) / "sizao-test-ports"
    folder.mkdir(exist_ok=True)
    while True:
        port = random.choice(PORTS)
        handle = os.open(folder / str(port), os.O_RDWR | os.O_CREAT, 0o666)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", port))
        except OSError:
            os.close(handle)
            continue
        return port


def wait_until(condition: Callable[[], bool], seconds: float, what: str) -> None:
    """Returns as soon as the condition holds. Raises TimeoutError, naming `what`, after the seconds."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {seconds:.0f} s in vain for {what}")
        time.sleep(0.05)


@dataclass(frozen=True)
class LocalProcess:
    """A server as a process of this machine, detached from the test run and known by the id and start of its process.

    `stop_signal` asks the program to end in good order. `user` is whom it runs as when the tests run as root.
    `helper_end` ends what the program leaves running beside it.
    """

    folder: str
    argv: list[str]
    env: dict[str, str]
    user: str | None
    stop_signal: int
    helper_end: tuple[str, ...] = ()

    @property
    def _pid_file(self) -> Path:
        return Path(self.folder) / "pid"

    @property
    def _known_file(self) -> Path:
        return Path(self.folder) / "known"

    @property
    def _log_file(self) -> Path:
        return Path(self.folder) / "log"

    def _family(self) -> list[psutil.Process]:
        """The server's process and what it started; empty when it is gone."""
        try:
            pid, started = self._known_file.read_text().split()
            head = psutil.Process(int(pid))
            if head.create_time() != float(started) or not _alive(head):
                return []
            return [head, *head.children(recursive=True)]
        except (OSError, ValueError, psutil.Error):
            return []

    def start(self) -> None:
        self._pid_file.unlink(missing_ok=True)
        # The shell stays and collects the server when it ends: PostgreSQL takes an uncollected one for a running one
        script = '"$@" >>log 2>&1 & echo $! >pid.new && mv pid.new pid; wait $!'
        subprocess.run(
            ["setsid", "--fork", "sh", "-c", script, "sh", *self.argv],
            cwd=self.folder,
            env=self.env,
            user=self.user,
            group=self.user,
            extra_groups=[] if self.user else None,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=True,
        )
        wait_until(self._pid_file.exists, 10, f"the start of {self.argv[0]}")
        try:
            head = psutil.Process(int(self._pid_file.read_text()))
            self._known_file.write_text(f"{head.pid} {head.create_time()}", encoding="ascii")
        except psutil.NoSuchProcess:
            raise RuntimeError(f"{self.argv[0]} ended at once; its log:\n{self.log()}") from None

    def stop(self, seconds: float) -> None:
        family = self._family()
        if family:
            _send(family[:1], self.stop_signal)
            try:
                wait_until(lambda: not any(map(_alive, family)), seconds, f"the end of {self.argv[0]}")
            except TimeoutError:
                _send(family, signal.SIGKILL)
                raise

    def kill(self) -> None:
        family = self._family()
        _send(family, signal.SIGKILL)
        wait_until(lambda: not any(map(_alive, family)), 10, f"the end of {self.argv[0]}")

    def pause(self) -> None:
        _send(self._family(), signal.SIGSTOP)

    def resume(self) -> None:
        _send(self._family(), signal.SIGCONT)

    def remove(self) -> None:
        self.kill()
        if self.helper_end:
            subprocess.run(self.helper_end, env=self.env, stdin=subprocess.DEVNULL, capture_output=True, check=False)

    def running(self) -> bool:
        return bool(self._family())

    def log(self) -> str:
        return self._log_file.read_text(errors="replace")[-4000:] if self._log_file.exists() else ""

    def describe(self) -> dict[str, Any]:
        return {"way": "local"} | asdict(self)


def _alive(process: psutil.Process) -> bool:
    """Whether it still runs; one that ended and was not yet collected does not."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _send(processes: list[psutil.Process], number: int) -> None:
    for process in processes:
        try:
            process.send_signal(number)
        except psutil.NoSuchProcess:
            continue


@dataclass(frozen=True)
class Container:
    """A server in a Docker container."""

    container_id: str

    @contextmanager
    def _container(self) -> Iterator[Any]:
        with closing(docker.from_env(timeout=120)) as client:
            yield client.containers.get(self.container_id)

    def start(self) -> None:
        with self._container() as container:
            container.start()

    def stop(self, seconds: float) -> None:
        with self._container() as container:
            container.stop(timeout=int(seconds))

    def kill(self) -> None:
        with self._container() as container:
            if container.status in {"running", "paused"}:
                container.kill()
                container.wait(timeout=30)

    def pause(self) -> None:
        with self._container() as container:
            container.pause()

    def resume(self) -> None:
        with self._container() as container:
            container.unpause()

    def remove(self) -> None:
        try:
            with self._container() as container:
                container.remove(force=True, v=True)
        except docker.errors.NotFound:
            return

    def running(self) -> bool:
        try:
            with self._container() as container:
                return bool(container.status == "running")
        except docker.errors.NotFound:
            return False

    def log(self) -> str:
        with self._container() as container:
            text: bytes = container.logs(tail=60)
        return text.decode(errors="replace")

    def describe(self) -> dict[str, Any]:
        return {"way": "docker"} | asdict(self)


def engine_from(description: str | dict[str, Any]) -> Engine:
    """The engine that `describe` described, perhaps in another process."""
    fields = dict(json.loads(description) if isinstance(description, str) else description)
    return LocalProcess(**fields) if fields.pop("way") == "local" else Container(**fields)
