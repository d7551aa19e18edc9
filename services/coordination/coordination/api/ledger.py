"""The ledger of filings."""

from __future__ import annotations

from datetime import date, datetime

from flask import Response, jsonify
from pydantic import Field

from common.web.access import allow
from common.web.api import Answer, Input, api_blueprint
from common.web.request import run
from coordination.api.shapes import whole_list
from coordination.domain.readers import LEDGER_READERS
from coordination.usecases.ledger import LedgerLine, ledger_of

api = api_blueprint("ledger")


class LedgerQuery(Input):
    """Which site and day; with `until` every day up to it."""

    site: str = Field(max_length=40)
    day: date
    until: date | None = None


class LineOut(Answer):
    """One entrance on one day. `due_at` null: nothing was owed that day."""

    filing_id: str
    entrance: str
    entrance_id: str
    entrance_name: str
    hall: str
    kind: str
    day: date
    state: str
    scheduled: bool
    late: bool
    due_at: datetime | None
    filed_at: datetime | None
    sealed_at: datetime | None
    version: int
    register_id: str | None
    head: str | None
    previous: str | None
    signers: list[str]
    counts: dict[str, int]
    amendment_reason: str | None


def line_out(line: LedgerLine) -> LineOut:
    """The answer for a line."""
    row = line.filing
    return LineOut(
        filing_id=row.id, entrance=row.place_code, entrance_id=row.place_id, entrance_name=row.place_name,
        hall=line.hall, kind=row.kind, day=row.day, state=line.state, scheduled=line.opening, late=line.state == "late",
        due_at=row.due_at, filed_at=row.filed_at, sealed_at=row.sealed_at, version=row.version,
        register_id=row.register_id or None, head=row.head or None, previous=row.previous, signers=row.signers,
        counts=row.counts, amendment_reason=row.amendment_reason or None,
    )  # fmt: skip


@api.get("/ledger")
@allow(*LEDGER_READERS)
def ledger(query: LedgerQuery) -> Response:
    """What each entrance owed and filed; state: filed, late, missing, due, not_due."""
    lines = run(ledger_of, site=query.site, first=query.day, last=query.until or query.day)
    return jsonify(whole_list([line_out(line) for line in lines]))
