"""Sizao's screening and its peers as processes on one database, with the statements that a request takes."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from sqlalchemy.engine import make_url
from werkzeug.test import Client

from benchmarks.peers.script import VARIABLE, Recorder, Script
from benchmarks.scene import CHECKS, Scene, check_body, visitors
from benchmarks.servers import free_port, installation, program, python
from common.ids import new_id
from common.roles import Role
from common.runtime.mount import mount
from common.testing.installation import PASSWORD, Installation

GUNICORN = ["gunicorn", "-k", "gthread", "-w", "2", "--threads", "8", "--keep-alive", "15"]
UVICORN = ["uvicorn", "--workers", "2", "--no-access-log"]
PEERS = {
    "bare Flask": ("checks_flask", GUNICORN),
    "Starlette": ("checks_starlette", UVICORN),
    "FastAPI": ("checks_fastapi", UVICORN),
}


@dataclass
class Server:
    """An application under load."""

    pid: int
    port: int


@dataclass
class Stage:
    """Applications that answer, on one database."""

    servers: dict[str, Server]
    token: str
    statements: int
    """SQL statements of the recorded request."""


@contextmanager
def stage(peers: Iterable[str], *, batch: int = 0) -> Iterator[Stage]:
    """Starts screening, 2 processes of 8 threads, and peers that repeat one check, or a batch of `batch`."""
    from screening.service import service

    with installation([service]) as made, ExitStack() as stack:
        scene = Scene(made)
        token = scene.token(Role.MONITOR)
        script = record(scene, token, batch)
        path = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "script"
        script.save(path)
        servers = {"sizao": stack.enter_context(screening(made))}
        for name in peers:
            module, command = PEERS[name]
            port = free_port()
            bind = ["-b", f"127.0.0.1:{port}"] if command[0] == "gunicorn" else ["--port", str(port)]
            argv = python(command[0], *command[1:], *bind, "--log-level", "warning", f"benchmarks.peers.{module}:app")
            env = {**os.environ, VARIABLE: str(path)}
            running = stack.enter_context(program(argv, env=env, port=port, path="/ready"))
            servers[name] = Server(running.pid, port)
        yield Stage(servers, token, sum(len(one.statements) for one in script.transactions))


@contextmanager
def screening(made: Installation) -> Iterator[Server]:
    """Screening's web as it runs in production, metrics included; the limit on one site's requests is lifted."""
    port = free_port()
    env = made.env() | {
        "SIZAO_PORT": str(port), "SIZAO_METRICS_PORT": str(free_port()), "SIZAO_REQUESTS_PER_MINUTE": "0",
        "SIZAO_WEB_WORKERS": "2", "SIZAO_WEB_THREADS": "8",
    }  # fmt: skip
    web = program(python("common.testing.child", "web", "screening"), env=env, port=port, path="/healthz")
    with web as running:
        yield Server(running.pid, port)


def record(scene: Scene, token: str, batch: int) -> Script:
    """What one check or a batch takes, once caches are warm."""
    client, people = Client(mount(scene.made.hosts, TESTING=True)), visitors(2)

    def post(path: str, body: object, key: str) -> None:
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": key}
        told = client.post(path, data=json.dumps(body), content_type="application/json", headers=headers)
        assert told.status_code in {200, 201}, told.text

    def ask() -> list[str]:
        keys = [new_id() for _ in range(batch or 1)]
        bodies = [check_body(who) for who in islice(people, len(keys))]
        if batch:
            checks = [{"key": key, **body} for key, body in zip(keys, bodies, strict=True)]
            post(f"{CHECKS}/batch", {"checks": checks}, keys[0])
        else:
            post(CHECKS, bodies[0], keys[0])
        return keys

    ask()
    recorder = Recorder(scene.made.hosts["screening"].engine)
    keys = ask()
    recorder.stop()
    address = make_url(scene.made.settings.database_url("screening")).set(password=PASSWORD)
    return Script(recorder.transactions, keys, scene.jwk, address.render_as_string(hide_password=False))


def turn(measure: Callable[[Server], dict[str, float]], server: Server) -> Callable[[], dict[str, float]]:
    """The measurement of one server."""
    return lambda: measure(server)
