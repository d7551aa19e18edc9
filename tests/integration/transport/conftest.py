"""The transports under test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from common.testing.plugin import Broker
from common.testing.servers.control import PostgresServer
from common.testing.wires import BrokerWire, EmbeddedWire, Wire


@pytest.fixture(params=["embedded", "broker"])
def wire(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Wire]:
    if request.param == "broker":
        yield request.getfixturevalue("broker_wire")
        return
    made = EmbeddedWire(tmp_path)
    yield made
    made.close()


@pytest.fixture
def broker_wire(tmp_path: Path, pg_server: PostgresServer, make_vhost: Callable[[str], Broker]) -> Iterator[BrokerWire]:
    broker = make_vhost("transport")
    management = f"http://{broker.user}:{broker.password}@{broker.management_url.removeprefix('http://')}"
    made = BrokerWire(tmp_path, pg_server.admin_dsn, broker.amqp_url, amqp_management=management)
    yield made
    made.close()
