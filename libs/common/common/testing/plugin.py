"""The pytest plugin of this tree: real servers, a real browser (browser.py), and how long a proof runs.

Loaded by tests/conftest.py. Nothing is started before a test asks for it. What can't be had is an error, never a skip.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol
from uuid import uuid4

import httpx
import psycopg
import pytest
from psycopg import sql

from common.testing.provision import RUN_VARIABLE, ServerRun
from common.testing.servers.control import PASSWORD, USER, PostgresServer, RabbitServer

pytest_plugins = ["common.testing.browser"]

PROOF_VARIABLE = "SIZAO_PROOF"
_own_run = pytest.StashKey[ServerRun]()


def pytest_configure(config: pytest.Config) -> None:
    """Opens the run whose servers all workers of this test run share."""
    if not hasattr(config, "workerinput") and RUN_VARIABLE not in os.environ:
        run = ServerRun.create()
        config.stash[_own_run] = run
        os.environ[RUN_VARIABLE] = str(run.folder)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Ends the servers that this test run started."""
    run = config.stash.get(_own_run, None)
    if run is not None:
        del os.environ[RUN_VARIABLE]
        run.close()


@dataclass(frozen=True)
class Proof:
    """How long the long proofs run: `make test` samples them, `make test-long` runs them whole."""

    whole: bool

    def times(self, sample: int, whole: int) -> int:
        """How often to repeat."""
        return whole if self.whole else sample


@pytest.fixture(scope="session")
def proof() -> Proof:
    """Read from SIZAO_PROOF: `sample` (also when unset) or `whole`."""
    word = os.environ.get(PROOF_VARIABLE, "sample")
    if word not in {"sample", "whole"}:
        raise ValueError(f"{PROOF_VARIABLE} is {word!r}; it can be sample or whole")
    return Proof(word == "whole")


@pytest.fixture(scope="session")
def pg_server() -> PostgresServer:
    """The PostgreSQL that all tests of the run share: make databases in it, never stop it."""
    return ServerRun.current().postgres()


class MakeDatabase(Protocol):
    """Makes a database of its own and answers its address, for a superuser."""

    def __call__(self, name: str, *, template: str | None = None) -> str: ...


@pytest.fixture(scope="session")
def make_database(pg_server: PostgresServer) -> Iterator[MakeDatabase]:
    """`make_database("screening")` -> DSN of a new, empty database; `template` names a database (not a DSN) to copy.

    All of them are dropped at the end of the session.
    """
    made: list[str] = []

    def make(name: str, *, template: str | None = None) -> str:
        full = f"{name}_{uuid4().hex[:8]}"
        create = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
            sql.Identifier(full), sql.Identifier(template or "template0")
        )
        with psycopg.connect(pg_server.admin_dsn, autocommit=True) as connection:
            connection.execute(create)
        made.append(full)
        return pg_server.dsn(full)

    yield make
    with psycopg.connect(pg_server.admin_dsn, autocommit=True) as connection:
        for full in made:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(full)))


@pytest.fixture(scope="module")
def private_pg() -> Iterator[PostgresServer]:
    """A PostgreSQL of this module's own, to stop, kill, pause and restart."""
    server = ServerRun.current().new_postgres()
    yield server
    server.remove()


@dataclass(frozen=True)
class Broker:
    """A virtual host of a RabbitMQ, with full rights in it."""

    server: RabbitServer
    vhost: str
    user: str = USER
    password: str = PASSWORD

    @property
    def amqp_url(self) -> str:
        """Where to publish and consume."""
        return self.server.amqp_url(self.vhost)

    @property
    def management_url(self) -> str:
        """The management API, which wants `user` and `password` as basic sign-in."""
        return self.server.management_url


def new_vhost(server: RabbitServer, name: str = "test") -> Broker:
    """A new, empty virtual host."""
    vhost = f"{name}-{uuid4().hex[:8]}"
    with httpx.Client(base_url=f"{server.management_url}/api", auth=(USER, PASSWORD), timeout=30) as client:
        client.put(f"/vhosts/{vhost}").raise_for_status()
        rights = {"configure": ".*", "write": ".*", "read": ".*"}
        client.put(f"/permissions/{vhost}/{USER}", json=rights).raise_for_status()
    return Broker(server, vhost)


@pytest.fixture(scope="session")
def rabbit_server() -> RabbitServer:
    """The RabbitMQ that all tests of the run share: make virtual hosts in it, never stop it."""
    return ServerRun.current().rabbit()


@pytest.fixture(scope="session")
def make_vhost(rabbit_server: RabbitServer) -> Iterator[Callable[[str], Broker]]:
    """`make_vhost("name")` -> a new, empty virtual host; all of them are deleted at the end of the session."""
    made: list[Broker] = []

    def make(name: str) -> Broker:
        made.append(new_vhost(rabbit_server, name))
        return made[-1]

    yield make
    with httpx.Client(base_url=f"{rabbit_server.management_url}/api", auth=(USER, PASSWORD), timeout=30) as client:
        for broker in made:
            client.delete(f"/vhosts/{broker.vhost}").raise_for_status()


@pytest.fixture(scope="session")
def rabbit(make_vhost: Callable[[str], Broker]) -> Broker:
    """A virtual host for this test worker."""
    return make_vhost(os.environ.get("PYTEST_XDIST_WORKER", "main"))


@pytest.fixture(scope="module")
def private_rabbit() -> Iterator[Broker]:
    """A virtual host in a RabbitMQ of this module's own: `.server` may be stopped, killed, paused and restarted."""
    server = ServerRun.current().new_rabbit()
    yield new_vhost(server)
    server.remove()
