"""A bare Flask application with SQLAlchemy: the same token, the same statements."""

from __future__ import annotations

from typing import Any

from flask import Flask, request
from joserfc.jwk import OKPKey
from sqlalchemy import create_engine

from benchmarks.peers.script import BatchIn, CheckIn, Replay, answer, check_token, load_script

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
    play(request.headers["Idempotency-Key"])
    return answer(body), 201


@app.post("/checks/batch")
def create_many() -> dict[str, Any]:
    """Records a batch."""
    check_token(request.headers["Authorization"], key)
    body = BatchIn.model_validate(request.get_json())
    play(*(one.key for one in body.checks))
    return {"items": [{"key": one.key, "status": 201, **answer(one)} for one in body.checks]}


def play(*keys: str) -> None:
    """Says the statements."""
    for singly, statements in replay.fresh(*keys):
        with (alone if singly else engine).begin() as connection:
            for statement, values in statements:
                found = connection.execute(statement, values if len(values) > 1 else values[0])
                if found.returns_rows:
                    found.all()


@app.get("/ready")
def ready() -> str:
    """Whether it is up."""
    return "up"
