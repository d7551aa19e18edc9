"""The contract of a service for other programs: `/openapi.json`, and the same to read at `/api/`."""

from __future__ import annotations

from typing import Any, cast

from flask import Blueprint, Response, current_app, jsonify, redirect, render_template
from flask_openapi import OpenAPI
from werkzeug.wrappers import Response as BaseResponse

from common.web.access import allow_public
from common.web.openapi import document_of, operations
from common.web.samples import sample_of, shape_of

WHY = "the contract holds no data"


def contract_blueprint() -> Blueprint:
    """`/openapi.json` and `/api/`."""
    contract = Blueprint("contract", __name__)

    @contract.get("/openapi.json")
    @allow_public(WHY)
    def document() -> Response:
        return jsonify(_document())

    @contract.get("/api")
    @allow_public(WHY)
    def without_slash() -> BaseResponse:
        return redirect("api/")

    @contract.get("/api/")
    @allow_public(WHY)
    def browse() -> str:
        document = _document()
        listed = [_shown(document, *operation) for operation in operations(document)]
        return render_template("common/contract.html", document=document, operations=listed)

    return contract


def _document() -> dict[str, Any]:
    extensions = current_app.extensions
    if "sizao.openapi" not in extensions:
        extensions["sizao.openapi"] = document_of(cast(OpenAPI, current_app))
    return cast("dict[str, Any]", extensions["sizao.openapi"])


def _shown(document: dict[str, Any], path: str, method: str, operation: dict[str, Any]) -> dict[str, Any]:
    """What the page shows of an operation."""
    body = operation.get("requestBody", {}).get("content", {})
    kind = next(iter(body), "")
    schema: dict[str, Any] | None = body.get(kind, {}).get("schema")
    answers = [
        {
            "status": status,
            "words": answer.get("description", ""),
            "shape": shape_of(document, _schema_of(answer)),
        }
        for status, answer in operation["responses"].items()
        if "$ref" not in answer
    ]
    problems = [status for status, answer in operation["responses"].items() if "$ref" in answer]
    return {
        "path": document["servers"][0]["url"] + path,
        "method": method.upper(),
        "summary": operation.get("summary", ""),
        "description": operation.get("description", "").replace("<br/>", "\n").strip(),
        "public": operation.get("x-sizao-public"),
        "roles": operation.get("x-sizao-roles", []),
        "devices": {"device": []} in operation["security"],
        "parameters": operation.get("parameters", []),
        "body_kind": kind,
        "body_shape": shape_of(document, schema) if schema else [],
        "body_sample": sample_of(document, schema) if schema and kind == "application/json" else None,
        "answers": answers,
        "problems": problems,
        "anchor": operation.get("operationId", f"{method}-{path}"),
    }


def _schema_of(answer: dict[str, Any]) -> dict[str, Any]:
    content = answer.get("content", {}).get("application/json", {})
    return cast("dict[str, Any]", content.get("schema", {}))
