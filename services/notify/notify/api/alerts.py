"""Alerts: the list, one with its history, what changed, and taking one."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from flask import Response, make_response, request
from flask_openapi import APIBlueprint
from pydantic import Field

from common.web.access import allow
from common.web.api import Answer, IdPath, Input, ListQuery, answer, answer_page, api_blueprint
from common.web.request import run
from notify.domain.groups import ANSWERERS, READERS
from notify.domain.states import public_state
from notify.models import AlertEntry, Message
from notify.usecases.acknowledging import acknowledge
from notify.usecases.alerts import AlertView, changed_alerts, list_alerts, open_alerts, read_alert
from notify.usecases.stamps import read_stamps, write_stamps

State = Literal["open", "acknowledged", "marked", "closed", "exhausted"]


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


class BothWords(Answer):
    """A text in both languages."""

    zh: str
    en: str


class Clocks(Answer):
    """Seconds from the finding to the first alert and to the acknowledgement; `null` while they run."""

    first_alert_seconds: int | None
    acknowledged_seconds: int | None


class AlertAnswer(Answer):
    """An alert as the caller sees it."""

    id: str
    site: str
    check_id: str | None
    incident_id: str | None
    kind: str
    title: BothWords
    severity: str
    state: State
    mark: str
    mark_confirmed_at: datetime | None
    group: str
    silent: bool
    reaches_nobody: bool
    rings: bool
    entrance: str
    masked_name: str
    reading: str | None
    found_at: datetime
    raised_at: datetime
    first_sent_at: datetime | None
    rung: int
    rung_to: str | None
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    acknowledged_name: str | None
    closed_at: datetime | None
    clocks: Clocks
    version: int


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


def alert_answer(view: AlertView) -> AlertAnswer:
    """An alert as JSON."""
    row = view.alert

    def seconds(at: datetime | None) -> int | None:
        return None if at is None else max(0, int((at - row.found_at).total_seconds()))

    state: Any = public_state(row.state, row.mark)
    reading = None if row.reading is None else f"{row.reading.normalize():f}"
    return AlertAnswer(
        id=row.id, site=row.site, check_id=row.check_id, incident_id=row.incident_id, kind=row.kind,
        title=BothWords(zh=row.title_zh, en=row.title_en), severity=row.severity, state=state, mark=row.mark,
        mark_confirmed_at=row.mark_confirmed_at, group=row.group, silent=row.silent, reaches_nobody=row.reaches_nobody,
        rings=view.rings, entrance=row.entrance, masked_name=row.masked_name, reading=reading, found_at=row.found_at,
        raised_at=row.raised_at, first_sent_at=row.first_sent_at, rung=row.rung,
        rung_to=str(row.ladder[row.rung]["to"]) if row.rung >= 0 else None, acknowledged_at=row.acknowledged_at,
        acknowledged_by=row.acknowledged_by, acknowledged_name=row.acknowledged_name, closed_at=row.closed_at,
        clocks=Clocks(
            first_alert_seconds=seconds(row.first_sent_at), acknowledged_seconds=seconds(row.acknowledged_at)
        ),
        version=row.change,
    )  # fmt: skip


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
        body = Acknowledgement.model_validate(request.get_json(silent=True) or {})
        taken = run(acknowledge, alert_id=path.id, mark=body.mark)
        return answer(Taken(first=taken.first, alert=alert_answer(taken.view)))

    return api
