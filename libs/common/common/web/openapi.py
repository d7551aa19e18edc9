"""The OpenAPI 3.1 document of a service: what flask-openapi collects, with who may call what and the problems."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from typing import Any

from flask_openapi import OpenAPI

from common.clock import SystemClock
from common.host import Host
from common.service import Service
from common.settings import Settings
from common.web.access import Access, access_of

SCHEMES = {
    "session": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": "A session's access token."},
    "cookie": {
        "type": "apiKey", "in": "cookie", "name": "sizao_session",
        "description": "The same token in a browser; unsafe requests carry the page's token in X-CSRF-Token.",
    },
    "device": {"type": "http", "scheme": "bearer", "description": "The key of a device."},
}  # fmt: skip
PROBLEMS = {
    "400": "The request can't be read.",
    "401": "Nobody is signed in.",
    "403": "The caller's roles, or the site, do not allow it.",
    "404": "No such thing, or not one the caller may see.",
    "413": "The body is too large.",
    "415": "The body is of another kind.",
    "422": "The input has errors: each is named.",
    "429": "The site asks too often.",
    "503": "The database does not answer: nothing was stored.",
}
PROBLEM_SCHEMA = {
    "type": "object",
    "description": "RFC 9457 problem details.",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "Stable name of the problem."},
        "detail": {"type": "string", "description": "What is wrong, where, and how to mend it."},
        "field": {"type": "string", "description": "The input at fault, as a path."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {name: {"type": "string"} for name in ("field", "code", "detail")},
            },
        },
        "trace": {"type": "string"},
    },
}
METHODS = ("get", "post", "put", "patch", "delete")


def openapi_document(service: Service) -> dict[str, Any]:
    """The document of a service, without an installation: neither database nor keys are needed."""
    from common.web.app import create_app

    settings = Settings(database="sqlite://", requests_per_minute=0)
    host = Host(service, settings, SystemClock())
    try:
        return document_of(create_app(host))
    finally:
        host.close()


def document_of(app: OpenAPI) -> dict[str, Any]:
    """The document of an application."""
    document = copy.deepcopy(app.api_doc)
    document.pop("tags", None)
    document["openapi"] = "3.1.0"
    document["servers"] = [{"url": f"/{app.name}"}]
    components = document.setdefault("components", {})
    components["securitySchemes"] = copy.deepcopy(SCHEMES)
    components.setdefault("schemas", {}).pop("ValidationErrorModel", None)
    components["schemas"]["Problem"] = copy.deepcopy(PROBLEM_SCHEMA)
    components["responses"] = {
        f"Problem{status}": {
            "description": words,
            "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status, words in PROBLEMS.items()
    }
    rules = _accesses(app)
    for path, method, operation in operations(document):
        _complete(operation, path, method, rules[path, method])
    document["paths"] = dict(sorted(document.get("paths", {}).items()))
    return document


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Each operation of a document: path, method in lower case, operation."""
    for path, item in document.get("paths", {}).items():
        for method in METHODS:
            if method in item:
                yield path, method, item[method]


def _accesses(app: OpenAPI) -> dict[tuple[str, str], Access]:
    found: dict[tuple[str, str], Access] = {}
    for rule in app.url_map.iter_rules():
        access = access_of(app.view_functions[rule.endpoint])
        path = re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", r"{\1}", rule.rule)
        for method in rule.methods or ():
            if access is not None:
                found[path, method.lower()] = access
    return found


def _complete(operation: dict[str, Any], path: str, method: str, access: Access) -> None:
    """Adds to an operation what its route knows."""
    if access.public:
        operation["security"] = []
        operation["x-sizao-public"] = access.why
    else:
        operation["security"] = [{"session": []}, {"cookie": []}] + ([{"device": []}] if access.devices else [])
        operation["x-sizao-roles"] = sorted(access.roles)
    parameters = operation.setdefault("parameters", [])
    declared = {one["name"] for one in parameters if one["in"] == "path"}
    for name in re.findall(r"{([^{}]+)}", path):
        if name not in declared:
            parameters.append({"name": name, "in": "path", "required": True, "schema": {"type": "string"}})
    if not parameters:
        del operation["parameters"]
    operation["tags"] = [path.removeprefix("/api/v1/").split("/")[0]]
    responses = operation.setdefault("responses", {})
    responses.pop("422", None)
    if not any(status.startswith(("2", "3")) for status in responses):
        responses["200"] = {"description": "Done."}
    for status in _problems(path, method, access, bool(operation.get("requestBody")), bool(parameters)):
        responses[status] = {"$ref": f"#/components/responses/Problem{status}"}
    operation["responses"] = dict(sorted(responses.items()))


def _problems(path: str, method: str, access: Access, body: bool, parameters: bool) -> list[str]:
    chosen = ["400", "429", "503"]
    chosen += [] if access.public and method == "get" else ["403"]
    chosen += [] if access.public else ["401"]
    chosen += ["404"] if "{" in path else []
    chosen += ["413", "415"] if body else []
    chosen += ["422"] if body or parameters or method != "get" else []
    return chosen
