"""The log of messages."""

from __future__ import annotations

from datetime import datetime

from flask import Response
from flask_openapi import APIBlueprint
from pydantic import Field

from common.roles import Role
from common.web.access import allow
from common.web.api import Answer, Input, answer_page, api_blueprint
from common.web.request import run
from notify.usecases.messages import list_messages


class MessagesQuery(Input):
    """Which messages."""

    site: str = Field(max_length=40)
    alert_id: str | None = Field(default=None, max_length=36)
    state: str | None = Field(default=None, max_length=12)
    after: str | None = Field(default=None, max_length=400)
    limit: int = Field(default=100, ge=1, le=500)


class MessageAnswer(Answer):
    """One alert to one person by one channel."""

    id: str
    site: str
    alert_id: str | None
    channel_id: str
    channel_kind: str
    recipient: str
    recipient_name: str
    rung: int
    subject: str
    text: str
    state: str
    attempts: int
    created_at: datetime
    next_at: datetime | None
    delivered_at: datetime | None
    answer_code: str | None
    answer: str | None


def messages_api() -> APIBlueprint:
    """`/api/v1/messages`."""
    api = api_blueprint("messages")

    @api.get("/messages")
    @allow(Role.ADMIN, Role.COORDINATOR, Role.EMERGENCY, Role.LEADER, Role.AUDITOR)
    def list_all(query: MessagesQuery) -> Response:
        page = run(
            list_messages, site=query.site, alert_id=query.alert_id, state=query.state, after=query.after,
            limit=query.limit,
        )  # fmt: skip
        return answer_page(page, MessageAnswer.model_validate)

    return api
