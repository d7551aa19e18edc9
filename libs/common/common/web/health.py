"""Liveness and readiness of the web process."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify
from sqlalchemy import text

from common.data.migrate import revision_problem
from common.web.access import allow_public
from common.web.request import host


def health_blueprint() -> Blueprint:
    """`/healthz` (the process) and `/readyz` (database and schema revision)."""
    health = Blueprint("health", __name__)

    @health.get("/healthz")
    @allow_public("a probe has no account; the answer holds no data")
    def healthz() -> Response:
        return jsonify({"status": "up"})

    @health.get("/readyz")
    @allow_public("a probe has no account; the answer holds no data")
    def readyz() -> tuple[Response, int]:
        here = host()
        try:
            with here.engine.connect() as connection:
                connection.execute(text("SELECT 1"))
            wrong = revision_problem(here.service, here.engine)
        except Exception as problem:  # noqa: BLE001 - whatever keeps the database away, the answer is "not ready"
            wrong = f"the database does not answer ({type(problem).__name__})"
        return jsonify({"status": "ready" if wrong is None else "not ready", "problem": wrong}), 503 if wrong else 200

    return health
