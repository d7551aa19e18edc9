"""Gives a test run its real servers, whichever way this machine allows, and ends them after it.

SIZAO_TEST_SERVICES=docker or local chooses the way; without it Docker is used where an engine answers, else
Debian's packages. A *run* is a folder that says which servers there are, so that the processes of one test run share
them, and the next run ends what a killed one left behind.
"""

import json
import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Self, TypeVar
from uuid import uuid4

import psutil

from common.testing.servers import containers, local
from common.testing.servers.control import PostgresServer, RabbitServer, ServerControl
from common.testing.servers.debian import exclusive
from common.testing.servers.engine import engine_from

RUN_VARIABLE = "SIZAO_TEST_SERVERS"
WAY_VARIABLE = "SIZAO_TEST_SERVICES"
PREFIX = "sizao-test-servers-"
Control = TypeVar("Control", bound=ServerControl)


@dataclass(frozen=True)
class ServerRun:
    """The servers of one test run. `folder` holds a file for each server and the data of local ones."""

    folder: Path

    @classmethod
    def create(cls) -> Self:
        """A new run that this process owns; runs whose owner is gone are ended first."""
        sweep()
        folder = Path(tempfile.mkdtemp(prefix=PREFIX))
        folder.chmod(0o711)  # servers that run as another user reach their own folder in it
        owner = psutil.Process()
        (folder / "owner").write_text(json.dumps({"pid": owner.pid, "started": owner.create_time()}), encoding="ascii")
        return cls(folder)

    @classmethod
    def current(cls) -> Self:
        """The run that this process belongs to. Raises RuntimeError where there is none."""
        folder = os.environ.get(RUN_VARIABLE)
        if not folder:
            raise RuntimeError(f"{RUN_VARIABLE} is not set: load the pytest plugin common.testing.plugin")
        return cls(Path(folder))

    def postgres(self) -> PostgresServer:
        """The run's shared PostgreSQL, started when first asked for."""
        return self._shared("postgres", PostgresServer, self.new_postgres)

    def rabbit(self) -> RabbitServer:
        """The run's shared RabbitMQ, started when first asked for."""
        return self._shared("rabbit", RabbitServer, self.new_rabbit)

    def new_postgres(self, name: str | None = None) -> PostgresServer:
        """A PostgreSQL of one's own, which a test may break; end it with `remove`."""
        name = name or f"postgres-{uuid4().hex[:8]}"
        if self.way == "docker":
            server = containers.start_postgres(local.POSTGRES_SETTINGS)
        else:
            server = local.start_postgres(self._new_folder(name))
        return self._recorded(name, server)

    def new_rabbit(self, name: str | None = None) -> RabbitServer:
        """A RabbitMQ of one's own, which a test may break; end it with `remove`."""
        name = name or f"rabbit-{uuid4().hex[:8]}"
        server = containers.start_rabbit() if self.way == "docker" else local.start_rabbit(self._new_folder(name))
        return self._recorded(name, server)

    @cached_property
    def way(self) -> str:
        """`docker` or `local`. Raises NoDockerError where Docker is asked for by name and doesn't work."""
        wanted = os.environ.get(WAY_VARIABLE, "auto")
        if wanted not in {"auto", "docker", "local"}:
            raise ValueError(f"{WAY_VARIABLE} is {wanted!r}; it can be docker, local or unset")
        if wanted == "local":
            return "local"
        try:
            containers.require(containers.POSTGRES_IMAGE, containers.RABBIT_IMAGE)
        except containers.NoDockerError:
            if wanted == "docker":
                raise
            return "local"
        return "docker"

    def close(self) -> None:
        """Ends all servers of the run and deletes its folder."""
        for path in self.folder.glob("*.json"):
            engine_from(json.loads(path.read_text())["engine"]).remove()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _shared(self, name: str, kind: type[Control], make: Callable[[str], Control]) -> Control:
        with exclusive(self.folder / "lock"):
            path = self.folder / f"{name}.json"
            if path.exists():
                return kind.from_description(json.loads(path.read_text()))
            return make(name)

    def _new_folder(self, name: str) -> Path:
        """Not there yet, even when an earlier start of this server failed."""
        return self.folder / f"{name}-{uuid4().hex[:4]}"

    def _recorded(self, name: str, server: Control) -> Control:
        (self.folder / f"{name}.json").write_text(json.dumps(server.describe()), encoding="utf-8")
        return server


def sweep() -> None:
    """Ends the servers of runs whose owner is gone."""
    place = Path(tempfile.gettempdir())
    with exclusive(place / "sizao-test-servers.lock"):
        for folder in place.glob(f"{PREFIX}*"):
            try:
                owner = json.loads((folder / "owner").read_text())
            except (OSError, ValueError):
                continue  # being made, or another user's
            if not _is_alive(owner["pid"], owner["started"]):
                ServerRun(folder).close()


def _is_alive(pid: int, started: float) -> bool:
    """Whether the process with this id is still the one that started then (seconds since the epoch)."""
    try:
        process = psutil.Process(pid)
        return abs(process.create_time() - started) < 1 and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
