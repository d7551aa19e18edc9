"""What the API modules of every service share: the blueprint and the shapes of requests and answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from flask import Response, jsonify
from flask_openapi import APIBlueprint
from pydantic import BaseModel, ConfigDict, Field

from common.data.paging import MAX_LIMIT, Page


class Input(BaseModel):
    """A request's body or query: unknown fields are an error."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    @classmethod
    def model_json_schema(cls, *args: Any, **options: Any) -> dict[str, Any]:
        """The JSON schema, made once: flask-openapi asks for it at every request with a query or a form."""
        return _schema(super().model_json_schema, args, tuple(sorted(options.items())))


@cache
def _schema(make: Callable[..., dict[str, Any]], args: tuple[Any, ...], options: tuple[Any, ...]) -> dict[str, Any]:
    return make(*args, **dict(options))


class Answer(BaseModel):
    """A response's body."""

    model_config = ConfigDict(from_attributes=True)


class ListQuery(Input):
    """Query of a list."""

    site: str | None = Field(default=None, max_length=40)
    after: str | None = Field(default=None, max_length=400)
    limit: int = Field(default=100, ge=1, le=MAX_LIMIT)


class IdPath(BaseModel):
    """A path with one id."""

    id: str = Field(max_length=64)


def api_blueprint(name: str) -> APIBlueprint:
    """A blueprint for `/<service>/api/v1`; the application is mounted at `/<service>`."""
    return APIBlueprint(name, f"{name}.api", url_prefix="/api/v1")


def answer(model: BaseModel, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """A JSON answer from a model."""
    response = Response(model.model_dump_json(), status=status, mimetype="application/json")
    response.headers.update(headers or {})
    return response


def answer_page(page: Page[Any], shape: Callable[[Any], BaseModel]) -> Response:
    """The answer of a list: `{"items": […], "next": cursor or null}`."""
    items: Sequence[dict[str, Any]] = [shape(item).model_dump(mode="json") for item in page.items]
    return jsonify({"items": items, "next": page.next})
