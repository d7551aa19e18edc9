"""A real server that tests use, and may break."""

import socket
from dataclasses import dataclass
from typing import Any, Self

import httpx
import psycopg

from common.testing.servers.engine import Engine, engine_from, wait_until

READY_SECONDS = 90
USER = "sizao_admin"
PASSWORD = "for-this-test-run-only"


@dataclass(frozen=True)
class ServerControl:
    """A server on 127.0.0.1 whose port and data stay the same when it is stopped, killed and started again."""

    engine: Engine
    port: int
    management_port: int = 0

    def start(self) -> None:
        """Starts it and returns when it takes work. Raises RuntimeError, with the end of its log, when it does not."""
        self.engine.start()
        self.wait_ready()

    def start_first(self) -> Self:
        """As `start`, for a server that nobody knows yet: one that doesn't come up leaves nothing running."""
        try:
            self.start()
        except BaseException:
            self.remove()
            raise
        return self

    def stop(self, seconds: float = 60) -> None:
        """Asks it to end in good order and returns when it is gone."""
        self.engine.stop(seconds)

    def kill(self) -> None:
        """SIGKILL to all of it: nothing is flushed or said goodbye to."""
        self.engine.kill()

    def restart(self) -> None:
        """Stops and starts it in good order."""
        self.stop()
        self.start()

    def pause(self) -> None:
        """Freezes it: connections stay open and nothing is answered."""
        self.engine.pause()

    def resume(self) -> None:
        """Ends a pause."""
        self.engine.resume()

    def running(self) -> bool:
        """Whether its process is there."""
        return self.engine.running()

    def remove(self) -> None:
        """Ends it for good."""
        self.engine.remove()

    def wait_ready(self) -> None:
        """Returns when it takes work, within 90 s."""
        try:
            wait_until(self.ready, READY_SECONDS, f"{type(self).__name__} on port {self.port}")
        except TimeoutError as error:
            raise RuntimeError(f"{error}; the end of its log:\n{self.engine.log()}") from error

    def ready(self) -> bool:
        """Whether it takes work now."""
        raise TypeError(f"{type(self).__name__} does not say when it is ready")

    def describe(self) -> dict[str, Any]:
        """What another process needs to use it."""
        return {"engine": self.engine.describe(), "port": self.port, "management_port": self.management_port}

    @classmethod
    def from_description(cls, description: dict[str, Any]) -> Self:
        """The server that `describe` described."""
        return cls(engine_from(description["engine"]), description["port"], description["management_port"])


@dataclass(frozen=True)
class PostgresServer(ServerControl):
    """PostgreSQL. `admin_dsn` signs in as a superuser to the database `postgres`."""

    @property
    def admin_dsn(self) -> str:
        """Address of the database `postgres`, as libpq and psycopg read it."""
        return self.dsn("postgres")

    def dsn(self, database: str, user: str = USER, password: str = PASSWORD) -> str:
        """Address of one database."""
        return f"postgresql://{user}:{password}@127.0.0.1:{self.port}/{database}"

    def ready(self) -> bool:
        try:
            with psycopg.connect(self.admin_dsn, connect_timeout=2) as connection:
                return connection.execute("SELECT 1").fetchone() == (1,)
        except psycopg.OperationalError:
            return False


@dataclass(frozen=True)
class RabbitServer(ServerControl):
    """RabbitMQ with its management API. The user may do everything."""

    @property
    def management_url(self) -> str:
        """Address of the management API, without sign-in."""
        return f"http://127.0.0.1:{self.management_port}"

    def amqp_url(self, vhost: str, user: str = USER, password: str = PASSWORD) -> str:
        """AMQP address of one virtual host."""
        return f"amqp://{user}:{password}@127.0.0.1:{self.port}/{vhost}"

    def ready(self) -> bool:
        try:
            answer = httpx.get(f"{self.management_url}/api/overview", auth=(USER, PASSWORD), timeout=2)
            if answer.status_code != httpx.codes.OK:
                return False
            with socket.create_connection(("127.0.0.1", self.port), timeout=2) as probe:
                probe.sendall(b"AMQP\x00\x00\x09\x01")
                return probe.recv(1) == b"\x01"
        except (httpx.TransportError, OSError):
            return False
