"""Alerts: the list, one with its history, what changed, and taking one."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from flask import Response, make_response, request
from flask_openapi import APIBlueprint
from pydantic import Field, ValidationError

from common.web.access import allow
from common.web.api import Answer, IdPath, Input, ListQuery, answer, answer_page, api_blueprint
from common.web.problems import on_validation_error
from common.web.request import run
from notify.domain.groups import ANSWERERS, READERS
from notify.models import AlertEntry, Message
from notify.usecases.acknowledging import acknowledge
from notify.usecases.alerts import AlertView, changed_alerts, list_alerts, open_alerts, read_alert
from notify.usecases.shapes import AlertAnswer, State, alert_answer
from notify.usecases.stamps import read_stamps, write_stamps


class AlertQuery(ListQuery):
    """Which alerts."""

    state: State | None = None


class ChangesQuery(Input):
    """Since when: the `next` of an earlier answer; without it what is unanswered now."""

    site: str | None = Field(default=None, max_length=400)
    after: str | None = Field(default=None, max_length=2000)


class Acknowledgement(Input):
    """`mark` confirms the mark that was seen; left out, whichever stands; `none` takes the alert alone."""

    mark: Literal["none", "retest_normal", "entry_error"] | None = None


class HistoryLine(Answer):
    """One thing that happened to an alert."""

    at: datetime
    what: str
    by_ref: str
    by_name: str | None
    details: dict[str, Any]


class SentLine(Answer):
    """Whom the alert was sent to, by which way, and what became of it."""

    recipient_name: str
    channel_kind: str
    rung: int
    state: str
    delivered_at: datetime | None
    answer_code: str | None


class AlertDetail(AlertAnswer):
    """An alert with its history."""

    history: list[HistoryLine]
    messages: list[SentLine]


class Taken(Answer):
    """The answer to an acknowledgement: the alert, and whether this call was the one that took it."""

    first: bool
    alert: AlertAnswer


def detail_answer(view: AlertView, history: list[AlertEntry], messages: list[Message]) -> AlertDetail:
    """An alert with its history as JSON."""
    return AlertDetail(
        **alert_answer(view).model_dump(),
        history=[HistoryLine.model_validate(line) for line in history],
        messages=[SentLine.model_validate(line) for line in messages],
    )


def alerts_api() -> APIBlueprint:
    """`/api/v1/alerts`."""
    api = api_blueprint("alerts")

    @api.get("/alerts")
    @allow(*READERS)
    def list_all(query: AlertQuery) -> Response:
        page = run(list_alerts, site=query.site, state=query.state, after=query.after, limit=query.limit)
        return answer_page(page, alert_answer)

    @api.get("/alerts/changes")
    @allow(*READERS)
    def changes(query: ChangesQuery) -> Response:
        if query.after is None:
            found = run(open_alerts, codes=query.site)
        else:
            found = run(changed_alerts, after=read_stamps(query.after))
        stamps = write_stamps(found.stamps)
        etag = f'"{stamps}"'
        if query.after is not None and not found.alerts and request.headers.get("If-None-Match") == etag:
            return make_response("", 304, {"ETag": etag})
        items = [alert_answer(view).model_dump(mode="json") for view in found.alerts]
        return make_response({"items": items, "next": stamps}, 200, {"ETag": etag})

    @api.get("/alerts/<string:id>")
    @allow(*READERS)
    def read_one(path: IdPath) -> Response:
        return answer(detail_answer(*run(read_alert, alert_id=path.id)))

    @api.post("/alerts/<string:id>/acknowledgement")
    @allow(*ANSWERERS)
    def take(path: IdPath) -> Response:
        try:
            asked = Acknowledgement.model_validate(request.get_json(silent=True) or {})
        except ValidationError as wrong:
            return on_validation_error(wrong)
        taken = run(acknowledge, alert_id=path.id, mark=asked.mark)
        return answer(Taken(first=taken.first, alert=alert_answer(taken.view)))

    return api
