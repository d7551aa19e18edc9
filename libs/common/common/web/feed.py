"""The HTTP feed of a service's events, for subscribers without AMQP."""

from __future__ import annotations

import json

from flask import Response
from flask_openapi import APIBlueprint
from pydantic import Field
from sqlalchemy import select

from common.errors import Invalid
from common.events.tables import EventLog
from common.op import Op, usecase
from common.roles import Role
from common.web.access import allow
from common.web.api import Input, api_blueprint
from common.web.request import run


class FeedQuery(Input):
    """Which events: those after a cursor, at one site or all the caller may see."""

    after: str | None = Field(default=None, max_length=30)
    site: str | None = Field(default=None, max_length=40)
    type: str | None = Field(default=None, max_length=120)
    limit: int = Field(default=100, ge=1, le=500)


@usecase(read=True)
def read_feed(op: Op, *, after: int, site: str | None, event_type: str | None, limit: int) -> list[EventLog]:
    """Events of the caller's sites after a position, in the order they were published."""
    query = select(EventLog).where(EventLog.position > after).order_by(EventLog.position).limit(limit)
    if site is not None:
        op.site(site)
        query = query.where(EventLog.site == site)
    if event_type is not None:
        query = query.where(EventLog.type == event_type)
    return list(op.db.scalars(query))


def feed_blueprint() -> APIBlueprint:
    """`GET /api/v1/events?after=`: `{"items": [event…], "next": cursor}`; the cursor is kept at the end."""
    feed = api_blueprint("feed")

    @feed.get("/events")
    @allow(Role.COORDINATOR, Role.ADMIN, Role.AUDITOR, devices=True)
    def list_events(query: FeedQuery) -> Response:
        try:
            after = int(query.after or 0)
        except ValueError:
            raise Invalid(
                "feed.after",
                "'after' is the cursor of an earlier answer.",
                "after 应为上一次返回的游标。",
                field="after",
            ) from None
        rows = run(read_feed, after=after, site=query.site, event_type=query.type, limit=query.limit)
        last = str(rows[-1].position) if rows else str(after)
        body = json.dumps({"items": [json.loads(row.body) for row in rows], "next": last}, ensure_ascii=False)
        return Response(body, mimetype="application/json")

    return feed
