"""Health and metrics of a process that serves no pages: `/healthz`, `/readyz` and `/metrics` on one port."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from prometheus_client import make_wsgi_app
from sqlalchemy import text
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

from common.data.migrate import revision_problem
from common.host import Host

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


class Health:
    """What a process says of itself.

    It lives while each of its loops has ticked within that loop's limit: a broker or database that is away never makes
    it dead, or an outage would restart the whole fleet. It is ready when no check names a problem.
    """

    def __init__(self) -> None:
        self._limits: dict[str, float] = {}
        self._ticks: dict[str, float] = {}
        self._checks: list[Callable[[], str | None]] = []

    def loop(self, name: str, limit: float) -> Callable[[], None]:
        """Adds a loop that ticks at least every `limit` seconds; returns what it calls in each turn."""
        self._limits[name] = limit

        def tick() -> None:
            self._ticks[name] = time.monotonic()

        tick()
        return tick

    def needs(self, check: Callable[[], str | None]) -> None:
        """Adds a check of readiness: what is wrong, in words, or None."""
        self._checks.append(check)

    def stuck(self) -> list[str]:
        """Loops that have not ticked within their limits."""
        now = time.monotonic()
        return [name for name, at in self._ticks.items() if now - at > self._limits[name]]

    def problems(self) -> list[str]:
        """What keeps the process from being ready."""
        return [wrong for check in self._checks if (wrong := check()) is not None]


def database_check(host: Host) -> Callable[[], str | None]:
    """A check that the database answers and has the revision that this code needs."""

    def check() -> str | None:
        try:
            with host.engine.connect() as connection:
                connection.execute(text("SELECT 1"))
            return revision_problem(host.service, host.engine)
        except Exception as problem:  # noqa: BLE001 - whatever keeps the database away, the answer is "not ready"
            return f"the database does not answer ({type(problem).__name__})"

    return check


class _Quiet(WSGIRequestHandler):
    """Probes come every few seconds: they are not worth a line of log each."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Logs nothing."""


class HealthServer:
    """Serves a `Health` and the process's metrics from a thread."""

    def __init__(self, health: Health, host: str, port: int) -> None:
        self._health, self._metrics = health, make_wsgi_app()
        self._server = make_server(host, port, self._answer, threaded=True, request_handler=_Quiet)
        self.port = self._server.server_port
        self._thread = threading.Thread(target=self._server.serve_forever, name="health", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stops serving."""
        self._server.shutdown()
        self._server.server_close()

    def _answer(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = Request(environ).path
        if path == "/metrics":
            return list(self._metrics(environ, start_response))
        if path == "/healthz":
            wrong = [f"{name} is stuck" for name in self._health.stuck()]
        elif path == "/readyz":
            wrong = self._health.problems()
        else:
            return Response("", status=404)(environ, start_response)
        body = json.dumps({"status": "not well" if wrong else "up", "problems": wrong})
        return Response(body, 503 if wrong else 200, mimetype="application/json")(environ, start_response)
