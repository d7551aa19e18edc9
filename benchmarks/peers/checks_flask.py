"""A bare Flask application with SQLAlchemy: the same token, the same statements."""

from __future__ import annotations

from typing import Any

from flask import Flask, request
from joserfc.jwk import OKPKey
from sqlalchemy import create_engine

from benchmarks.peers.script import CheckIn, Replay, answer, check_token, load_script

script = load_script()
replay, key = Replay(script), OKPKey.import_key(script.jwk)
engine = create_engine(script.database, pool_size=10)
alone = engine.execution_options(isolation_level="AUTOCOMMIT")
app = Flask(__name__)


@app.post("/checks")
def create() -> tuple[dict[str, Any], int]:
    """Records a check."""
    check_token(request.headers["Authorization"], key)
    body = CheckIn.model_validate(request.get_json())
    for singly, statements in replay.fresh(request.headers["Idempotency-Key"]):
        with (alone if singly else engine).begin() as connection:
            for statement, values in statements:
                found = connection.execute(statement, values)
                if found.returns_rows:
                    found.all()
    return answer(body), 201


@app.get("/ready")
def ready() -> str:
    """Whether it is up."""
    return "up"
