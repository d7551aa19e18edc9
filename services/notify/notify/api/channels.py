"""Channels: robots, mail servers, providers, webhooks. Secrets go in and never come out."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from flask import Response, jsonify
from flask_openapi import APIBlueprint
from pydantic import Field

from common.roles import Role
from common.web.access import allow
from common.web.api import Answer, IdPath, Input, answer, api_blueprint
from common.web.request import host, run
from notify.api.versions import version_asked
from notify.courier import send_test
from notify.models import ChannelConfig
from notify.usecases.channels import add_channel, change_channel, list_channels, remove_channel


class ChannelsQuery(Input):
    """Of which site."""

    site: str = Field(max_length=40)


class NewChannel(Input):
    """A channel to be added."""

    site: str = Field(max_length=40)
    kind: str = Field(max_length=20)
    name: str = Field(max_length=80)
    address: str = Field(max_length=1000)
    secret: str | None = Field(default=None, max_length=500)
    groups: list[str] = Field(default=[], max_length=20)
    options: dict[str, Any] = Field(default={})
    enabled: bool = True


class ChangedChannel(Input):
    """What is left out stays as it is."""

    name: str | None = Field(default=None, max_length=80)
    address: str | None = Field(default=None, max_length=1000)
    secret: str | None = Field(default=None, max_length=500)
    groups: list[str] | None = Field(default=None, max_length=20)
    options: dict[str, Any] | None = None
    enabled: bool | None = None


class TestSend(Input):
    """To whom of the site's people; the robots and the webhook need nobody."""

    person_id: str | None = Field(default=None, max_length=36)


class ChannelAnswer(Answer):
    """A channel without its secrets: of the address only the host is shown, since robots' addresses hold their key."""

    id: str
    site: str
    kind: str
    name: str
    enabled: bool
    groups: list[str]
    host: str
    has_secret: bool
    options: dict[str, Any]
    version: int
    changed_at: datetime
    changed_by: str


class TestAnswer(Answer):
    """What the far side itself said."""

    message_id: str
    delivered: bool
    shown: bool
    code: str
    words: str


def channel_answer(row: ChannelConfig) -> ChannelAnswer:
    """A channel as JSON."""
    return ChannelAnswer(
        id=row.id, site=row.site, kind=row.kind, name=row.name, enabled=row.enabled, groups=row.groups,
        host=urlsplit(row.address).hostname or "", has_secret=bool(row.secret), options=row.options,
        version=row.version, changed_at=row.changed_at, changed_by=row.changed_by,
    )  # fmt: skip


def channels_api() -> APIBlueprint:
    """`/api/v1/channels`."""
    api = api_blueprint("channels")

    @api.get("/channels")
    @allow(Role.ADMIN, Role.AUDITOR)
    def list_all(query: ChannelsQuery) -> Response:
        rows = run(list_channels, site=query.site)
        return jsonify({"items": [channel_answer(row).model_dump(mode="json") for row in rows], "next": None})

    @api.post("/channels")
    @allow(Role.ADMIN)
    def add(body: NewChannel) -> Response:
        return answer(channel_answer(run(add_channel, **body.model_dump())), 201)

    @api.patch("/channels/<string:id>")
    @allow(Role.ADMIN)
    def change(path: IdPath, body: ChangedChannel) -> Response:
        row = run(change_channel, channel_id=path.id, version=version_asked(), **body.model_dump())
        return answer(channel_answer(row), headers={"ETag": f'"{row.version}"'})

    @api.delete("/channels/<string:id>")
    @allow(Role.ADMIN)
    def remove(path: IdPath) -> Response:
        run(remove_channel, channel_id=path.id)
        return Response(status=204)

    @api.post("/channels/<string:id>/tests")
    @allow(Role.ADMIN)
    def test(path: IdPath, body: TestSend) -> Response:
        message_id, result = send_test(host(), run, channel_id=path.id, person_id=body.person_id)
        if result is None:
            return answer(TestAnswer(message_id=message_id, delivered=False, shown=True, code="", words=""))
        return answer(
            TestAnswer(message_id=message_id, delivered=result.ok, shown=False, code=result.code, words=result.words)
        )

    return api
