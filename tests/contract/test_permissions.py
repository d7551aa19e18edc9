"""Every route of every service against every role and a foreign site; the matrix is made from the routes themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import class_mapper
from werkzeug.routing import Rule
from werkzeug.test import Client, TestResponse

from common.caller import system
from common.data.base import CommonBase, SiteScoped
from common.host import Host
from common.ids import is_id
from common.op import Op
from common.roles import Role
from common.service import installed_services
from common.testing.system import EmbeddedSystem
from common.web.access import Access, access_of

UNKNOWN = "00000000-0000-7000-8000-0000000000ff"
UNSAFE = ("POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True)
class Route:
    """One method of one route, with its rule."""

    service: str
    method: str
    rule: Rule
    access: Access

    def path(self, **values: str) -> str:
        """The route's address with each place filled: by name, else with an id that nothing has."""
        filled = re.sub(
            r"<(?:[^:<>]+:)?([^<>]+)>", lambda found: values.get(found[1], values.get("*", UNKNOWN)), self.rule.rule
        )
        return f"/{self.service}{filled}"

    @property
    def places(self) -> set[str]:
        """The names in the address."""
        return set(self.rule.arguments)

    def __str__(self) -> str:
        return f"{self.method} /{self.service}{self.rule.rule}"


def routes_of(whole: EmbeddedSystem) -> Iterator[Route]:
    """The routes of all services."""
    for name, app in whole.apps.items():
        assert isinstance(app, Flask)
        for rule in app.url_map.iter_rules():
            access = access_of(app.view_functions[rule.endpoint])
            assert access is not None, f"{rule} says nothing"
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                yield Route(name, method, rule, access)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedSystem]:
    made = EmbeddedSystem(tmp_path_factory.mktemp("matrix"), installed_services().values())
    seed = made.hosts["coordination"].service.seed
    assert seed is not None
    seed(made.hosts["coordination"])
    made.settle()
    _one_fever(made, "branch")
    yield made
    made.close()


def _one_fever(made: EmbeddedSystem, site: str) -> None:
    guard = made.api(site, Role.MONITOR)
    held = guard.post(
        "/screening/api/v1/checks",
        {
            "site": site,
            "entrance": "main",
            "person": {
                "kind": "visitor",
                "name": "甄试一",
                "document_type": "passport",
                "document_number": "E00000001",
                "phone": "13900000001",
            },
            "reading": "38.4",
            "mask": True,
            "purpose": "社保卡",
        },
        key="matrix-1",
    )
    assert held.status_code == 201, held.get_data(as_text=True)
    assert held.get_json()["decision"] == "hold"
    made.settle()


def call(whole: EmbeddedSystem, route: Route, path: str, token: str | None) -> TestResponse:
    headers = {"Accept": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    body: dict[str, Any] = {"json": {}} if route.method in UNSAFE else {}
    return Client(whole.wsgi).open(path, method=route.method, headers=headers, buffered=False, **body)


def test_nobody_gets_in_without_signing_in(whole: EmbeddedSystem) -> None:
    for route in routes_of(whole):
        if not route.access.public:
            answer = call(whole, route, route.path(site="main"), None)
            assert answer.status_code == 401, f"{route}: {answer.status_code}"


def test_a_role_opens_what_its_routes_say_and_nothing_else(whole: EmbeddedSystem) -> None:
    for role in Role:
        for route in routes_of(whole):
            if route.access.public or route.rule.endpoint.startswith("live."):
                continue
            token = whole.token({"main": [role]})  # a new one each time: signing out is among the routes
            answer = call(whole, route, route.path(site="main"), token)
            if role not in route.access.roles:
                assert answer.status_code == 403, f"{route} as {role}: {answer.status_code}"
            else:
                assert answer.status_code != 500, f"{route} as {role}: {answer.status_code}"
                code = (answer.get_json(silent=True) or {}).get("code", "") if answer.status_code in {401, 403} else ""
                assert code != "role.missing", f"{route} as {role}: {code}"
                assert code in {"", "token.revoked"} or not code.startswith("token."), f"{route} as {role}: {code}"


def test_a_foreign_site_is_closed_in_every_address(whole: EmbeddedSystem) -> None:
    for route in routes_of(whole):
        if "site" not in route.places or route.access.public:
            continue
        for foreign in ("branch", "no-such-site"):
            answer = call(whole, route, route.path(site=foreign), whole.token({"main": list(Role)}))
            assert answer.status_code in {403, 404, 422}, f"{route} at {foreign}: {answer.status_code}"


def test_a_foreign_site_is_closed_in_every_query(whole: EmbeddedSystem) -> None:
    asked = 0
    for route in routes_of(whole):
        if route.method == "GET" and not route.access.public and "site" in query_names(whole, route):
            answer = call(whole, route, route.path(site="main") + "?site=branch", whole.token({"main": list(Role)}))
            assert answer.status_code in {400, 403, 404, 422}, f"{route}?site=branch: {answer.status_code}"
            asked += 1
    assert asked > 15


def query_names(whole: EmbeddedSystem, route: Route) -> set[str]:
    """The names that a route's contract lets stand in its query."""
    document = Client(whole.wsgi).get(f"/{route.service}/openapi.json").get_json()
    address = re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", r"{\1}", route.rule.rule)
    for path, operations in document["paths"].items():
        if path.endswith(address) and route.method.lower() in operations:
            return {
                one["name"] for one in operations[route.method.lower()].get("parameters", []) if one["in"] == "query"
            }
    return set()


def test_an_id_of_another_site_opens_nothing(whole: EmbeddedSystem) -> None:
    ids = {name: foreign_ids(host, "branch") for name, host in whole.hosts.items()}
    tried = 0
    for route in routes_of(whole):
        if route.access.public or not (route.places - {"site"}) or "static" in route.rule.endpoint:
            continue
        for foreign in ids[route.service]:
            answer = call(whole, route, route.path(site="main", **{"*": foreign}), whole.token({"main": list(Role)}))
            assert answer.status_code in {400, 403, 404, 405, 409, 412, 422, 428}, (
                f"{route} {foreign}: {answer.status_code}"
            )
            tried += 1
    assert tried > 100


def foreign_ids(host: Host, site: str) -> list[str]:
    """A few ids of each kind of row that another site has."""

    def read(op: Op) -> list[str]:
        found: list[str] = []
        for mapper in _site_scoped():
            table = mapper.local_table
            if "id" not in table.c or table.name not in known:
                continue
            found += list(op.db.scalars(select(table.c.id).where(table.c.site == site).limit(3)))
        return [str(one) for one in found if is_id(str(one))]

    known = set(host.service.tables.tables) | set(CommonBase.metadata.tables)
    return host.run_system(read, system(host.service.name))


def _site_scoped() -> Iterator[Any]:
    waiting = list(SiteScoped.__subclasses__())
    while waiting:
        cls = waiting.pop()
        waiting += cls.__subclasses__()
        if hasattr(cls, "__table__"):
            yield class_mapper(cls)
