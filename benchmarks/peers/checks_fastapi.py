"""A FastAPI application with SQLAlchemy async: the same token, the same statements."""

from typing import Annotated, Any

from fastapi import FastAPI, Header

from benchmarks.peers.checks_async import key, play
from benchmarks.peers.script import CheckIn, answer, check_token

app = FastAPI()


@app.post("/checks", status_code=201)
async def create(
    body: CheckIn, authorization: Annotated[str, Header()], idempotency_key: Annotated[str, Header()]
) -> dict[str, Any]:
    """Records a check."""
    check_token(authorization, key)
    await play(idempotency_key)
    return answer(body)


@app.get("/ready")
async def ready() -> str:
    """Whether it is up."""
    return "up"
