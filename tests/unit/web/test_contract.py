"""The contract that programs rely on: a valid OpenAPI document that says who may call what, to read and to download."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Response, jsonify
from jsonschema import Draft202012Validator
from schemathesis.specs.openapi.definitions import OPENAPI_31
from werkzeug.test import Client

from common.roles import Role
from common.secrets.current import set_keyring
from common.service import Service, installed_services
from common.testing.system import EmbeddedSystem
from common.web.access import allow
from common.web.api import api_blueprint
from common.web.openapi import openapi_document, operations


def test_the_document_is_valid_and_needs_neither_database_nor_keys(make_service: Callable[..., Service]) -> None:
    set_keyring(None)
    document = openapi_document(make_service())
    assert document["openapi"] == "3.1.0"
    faults = [fault.message for fault in Draft202012Validator(OPENAPI_31).iter_errors(document)]
    assert faults == []


@pytest.mark.parametrize("name", sorted(installed_services()))
def test_the_document_of_each_service_is_valid(name: str) -> None:
    document = openapi_document(installed_services()[name])
    faults = [fault.message for fault in Draft202012Validator(OPENAPI_31).iter_errors(document)]
    assert faults == []
    names = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(names) == len(set(names))


def test_each_operation_says_who_may_call_it_and_how_it_can_fail(make_service: Callable[..., Service]) -> None:
    document = openapi_document(make_service())
    create = document["paths"]["/api/v1/things"]["post"]
    assert create["x-sizao-roles"] == ["monitor"]
    assert create["security"] == [{"session": []}, {"cookie": []}]
    assert create["responses"]["415"] == {"$ref": "#/components/responses/Problem415"}
    assert create["summary"] == "Writes a thing."
    assert document["paths"]["/api/v1/things"]["get"]["x-sizao-roles"] == ["auditor", "monitor"]
    assert {"device": []} in document["paths"]["/api/v1/events"]["get"]["security"]
    change = document["paths"]["/api/v1/things/{id}"]["put"]
    assert [one["name"] for one in change["parameters"] if one["in"] == "path"] == ["id"]
    assert "ValidationErrorModel" not in str(document)


def test_two_modules_may_share_a_path(make_service: Callable[..., Service]) -> None:
    other = api_blueprint("other")

    @other.delete("/things")
    @allow(Role.ADMIN)
    def clear() -> Response:
        return jsonify({})

    service = make_service()
    document = openapi_document(make_service(api=[*service.api, other]))
    assert {"get", "post", "delete"} <= document["paths"]["/api/v1/things"].keys()


def test_the_contract_is_served_and_can_be_read(small: EmbeddedSystem) -> None:
    client = Client(small.wsgi)
    served = client.get("/screening/openapi.json")
    assert served.status_code == 200
    assert served.get_json()["servers"] == [{"url": "/screening"}]
    page = client.get("/screening/api/", headers={"Accept": "text/html"})
    assert page.status_code == 200
    words = page.get_data(as_text=True)
    assert "/screening/api/v1/things/{id}" in words
    assert "Writes a thing." in words
    assert "&#34;words&#34;" in words
    assert "integer (≥ 1, ≤ 9)" in words
    assert client.get("/screening/api").status_code in {302, 308}
