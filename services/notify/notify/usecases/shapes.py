"""An alert as JSON: the same in the API and in the live streams."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel

from notify.domain.states import public_state
from notify.usecases.alerts import AlertView

State = Literal["open", "acknowledged", "marked", "closed", "exhausted"]


class BothWords(BaseModel):
    """A text in both languages."""

    zh: str
    en: str


class Clocks(BaseModel):
    """Seconds from the finding to the first alert and to the acknowledgement; `null` while they run."""

    first_alert_seconds: int | None
    acknowledged_seconds: int | None


class AlertAnswer(BaseModel):
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
