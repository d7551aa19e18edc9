"""(a) One check over HTTP: Sizao against bare Flask, Starlette and FastAPI with the same token and statements."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from werkzeug.test import Client

from benchmarks.grammar import Numbers, Result, interleaved
from benchmarks.peers.script import VARIABLE, Recorder, Script
from benchmarks.scene import CHECKS, Scene, check_body, check_requests, visitors
from benchmarks.servers import free_port, installation, program, python
from benchmarks.wire import cpu_seconds, fire
from common.ids import new_id
from common.roles import Role
from common.runtime.mount import mount
from common.settings import Settings
from common.testing.installation import PASSWORD, Installation

CLIENTS = 16
REQUESTS = 400
ROUNDS = 5
PEERS = {
    "bare Flask": ["gunicorn", "-k", "gthread", "-w", "2", "--threads", "8", "--keep-alive", "15"],
    "Starlette": ["uvicorn", "--workers", "2", "--no-access-log"],
    "FastAPI": ["uvicorn", "--workers", "2", "--no-access-log"],
}


@dataclass
class Server:
    """An application under load."""

    pid: int
    port: int
    path: str


def measure(requests: int = REQUESTS, rounds: int = ROUNDS) -> Result:
    """Rates, waits and CPU of the four applications."""
    from screening.service import service

    people = visitors(1)
    with installation([service]) as made, running(made) as servers:
        scene_token = servers.token

        def volley(server: Server) -> Numbers:
            asked = check_requests(scene_token, people, requests, path=server.path)
            before = cpu_seconds(server.pid)
            answered = fire(server.port, asked, clients=CLIENTS)
            spent = cpu_seconds(server.pid) - before
            answered.refuse(201)
            return {
                "rate": answered.rate, "cpu": spent / requests * 1000,
                "p50": answered.milliseconds(0.5), "p99": answered.milliseconds(0.99),
            }  # fmt: skip

        def turn(server: Server) -> Callable[[], Numbers]:
            return lambda: volley(server)

        for server in servers.all.values():
            fire(server.port, check_requests(scene_token, people, 200, path=server.path), clients=CLIENTS).refuse(201)
        found = interleaved(rounds, {name: turn(server) for name, server in servers.all.items()})
        statements = servers.statements
    result = Result(
        "checks", "one check over HTTP, PostgreSQL, every check of a visitor not seen before",
        {
            "requests": requests,
            "rounds": rounds,
            "clients": CLIENTS,
            "processes × threads": "2 × 8 (uvicorn: 2)",
            "statements": statements,
        },
    )  # fmt: skip
    ours = found["sizao"]
    result.ratio("sizao / bare Flask, checks a second", ours["rate"], found["bare Flask"]["rate"], at_least=0.8)
    for name in ("Starlette", "FastAPI"):
        result.ratio(f"{name} / sizao, CPU of a check", found[name]["cpu"], ours["cpu"], at_least=1.0)
    for name, one in found.items():
        result.number(f"{name}: checks", one["rate"], "/s")
        result.number(f"{name}: CPU of 1,000 checks", one["cpu"], "s")
        result.number(f"{name}: p50", one["p50"], "ms")
        result.number(f"{name}: p99", one["p99"], "ms")
    result.notes.append(
        "the peers verify the token, parse the body with pydantic and say the statements Sizao was seen to say; they "
        "judge, encrypt, index and count nothing. CPU is of the application's processes, from /proc"
    )
    return result


class Servers:
    """The four applications, warm, on one database."""

    def __init__(self, all_: dict[str, Server], token: str, statements: int) -> None:
        self.all, self.token, self.statements = all_, token, statements


@contextmanager
def running(made: Installation) -> Iterator[Servers]:
    """Starts Sizao's screening and its peers on an installation's database."""
    scene = Scene(made)
    token = scene.token(Role.MONITOR)
    script = record(scene, token)
    with ExitStack() as stack:
        path = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "script"
        script.save(path)
        env = {**os.environ, VARIABLE: str(path)}
        port = free_port()
        own = made.env() | {
            "SIZAO_PORT": str(port),
            "SIZAO_METRICS_PORT": str(free_port()),
            "SIZAO_REQUESTS_PER_MINUTE": "0",
        }
        web = program(python("common.testing.child", "web", "screening"), env=own, port=port, path="/healthz")
        servers = {"sizao": Server(stack.enter_context(web).pid, port, CHECKS)}
        for name, command in PEERS.items():
            port = free_port()
            bind = ["-b", f"127.0.0.1:{port}"] if command[0] == "gunicorn" else ["--port", str(port)]
            module = f"benchmarks.peers.checks_{name.split()[-1].lower()}:app"
            argv = python(command[0], *command[1:], *bind, "--log-level", "warning", module)
            servers[name] = Server(
                stack.enter_context(program(argv, env=env, port=port, path="/ready")).pid, port, "/checks"
            )
        yield Servers(servers, token, sum(len(one.statements) for one in script.transactions))


def record(scene: Scene, token: str) -> Script:
    """What one check takes, once caches are warm."""
    host = scene.made.hosts["screening"]
    client, people = Client(mount(scene.made.hosts, TESTING=True)), visitors(2)

    def check() -> str:
        key = new_id()
        body = json.dumps(check_body(next(people)))
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": key}
        told = client.post(CHECKS, data=body, content_type="application/json", headers=headers)
        assert told.status_code == 201, told.text
        return key

    check()
    recorder = Recorder(host.engine)
    key = check()
    recorder.stop()
    return Script(recorder.transactions, key, scene.jwk, database_of(scene.made.settings))


def database_of(settings: Settings) -> str:
    """Screening's database, as its own role, with the password in it."""
    from sqlalchemy.engine import make_url

    return make_url(settings.database_url("screening")).set(password=PASSWORD).render_as_string(hide_password=False)
