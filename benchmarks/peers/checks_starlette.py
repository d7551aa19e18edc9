"""A Starlette application with SQLAlchemy async: the same token, the same statements."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route

from benchmarks.peers.checks_async import key, play
from benchmarks.peers.script import CheckIn, answer, check_token


async def create(request: Request) -> JSONResponse:
    """Records a check."""
    check_token(request.headers["authorization"], key)
    body = CheckIn.model_validate(await request.json())
    await play(request.headers["idempotency-key"])
    return JSONResponse(answer(body), 201)


async def ready(_request: Request) -> PlainTextResponse:
    """Whether it is up."""
    return PlainTextResponse("up")


app = Starlette(routes=[Route("/checks", create, methods=["POST"]), Route("/ready", ready)])
