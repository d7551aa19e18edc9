"""A whole trial, embedded or as processes over PostgreSQL and RabbitMQ: the same tests run over both."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from common.service import installed_services
from common.testing.process_system import ProcessSystem
from common.testing.system import Api, EmbeddedSystem


@dataclass
class Trial:
    """A running trial and its sign-ins."""

    system: EmbeddedSystem
    accounts: list[dict[str, Any]]

    def sign_in(self, site: str, role: str, number: int = 0) -> Api:
        """A program signed in with a role's own password, as anybody would."""
        fitting = [one for one in self.accounts if one["site"] == site and role in one["roles"]]
        answer = Api(self.system, None).post(
            "/coordination/api/v1/sessions",
            {"login": fitting[number]["login"], "password": fitting[number]["password"]},
        )
        assert answer.status_code == 201, answer.get_data(as_text=True)
        return Api(self.system, answer.get_json()["access_token"])


@pytest.fixture(scope="module", params=["embedded", "processes"])
def trial(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trial]:
    """One trial for a module's tests, in each runtime."""
    folder: Path = tmp_path_factory.mktemp("trial")
    services = installed_services().values()
    if request.param == "embedded":
        made: EmbeddedSystem = EmbeddedSystem(folder, services)
    else:
        server, broker = request.getfixturevalue("pg_server"), request.getfixturevalue("rabbit")
        made = ProcessSystem(folder, services, admin_dsn=server.admin_dsn, amqp=broker.amqp_url)
    try:
        seed = made.hosts["coordination"].service.seed
        assert seed is not None
        accounts: list[dict[str, Any]] = seed(made.hosts["coordination"])  # type: ignore[assignment]
        made.settle()
        yield Trial(made, accounts)
    finally:
        made.close()
