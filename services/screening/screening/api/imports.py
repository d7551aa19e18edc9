"""Imports of paper registers and staff temperature lists over HTTP."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Literal

from flask import Response
from flask_openapi import FileStorage
from pydantic import Field, field_validator

from common.roles import Role
from common.web.access import allow
from common.web.api import Answer, IdPath, Input, ListQuery, answer, answer_page, api_blueprint
from common.web.language import language, pick
from common.web.request import caller, host, run, sites
from screening.downloads import file_answer
from screening.usecases.imports import Sent, import_paper
from screening.usecases.imports_places import Words
from screening.usecases.imports_read import ImportView, get_import, list_imports, refused_file
from screening.usecases.imports_store import Listed
from screening.usecases.imports_tally import COUNTED, Outcome

api = api_blueprint("imports")
IMPORTERS = (Role.MONITOR, Role.COORDINATOR, Role.ADMIN)


class ImportForm(Input):
    """A file, and what its sender says of it; what the form itself says goes before."""

    file: FileStorage
    site: str = Field(max_length=40)
    entrance: str | None = Field(default=None, max_length=64, description="code or id")
    day: date | None = None
    dry_run: bool = False

    @field_validator("entrance", "day", mode="before")
    @classmethod
    def _empty_is_none(cls, value: object) -> object:
        return None if isinstance(value, str) and not value.strip() else value

    @field_validator("dry_run", mode="before")
    @classmethod
    def _empty_is_false(cls, value: object) -> object:
        return False if value is None or value == "" else value


class LineOut(Answer):
    """A line that was refused, not measured, or has a warning; `line` as the spreadsheet shows it."""

    sheet: str
    line: int
    outcome: str = Field(description="refused, not_measured or warning")
    field: str
    code: str
    reason: str


class ImportOut(Answer):
    """What came of a file. `accepted` counts the lines that this sending stored; `unchanged` those stored before."""

    id: str | None
    kind: str = Field(description="register or staff_temperatures")
    site: str
    entrance: str
    day: date
    dry_run: bool
    accepted: int
    refused: int
    not_measured: int
    unchanged: int
    warnings: int
    fevers: int
    denied: int
    held: int
    admitted: int
    skipped: int
    late: int
    never_measured: int
    notes: list[str]
    rows: list[LineOut]


class ImportStateOut(ImportOut):
    """An import with how far it is."""

    filename: str
    state: str = Field(description="running, broken_off or done")
    total: int
    done: int
    by: str
    started_at: datetime
    finished_at: datetime | None


class RefusedQuery(Input):
    """Which refused lines, in which form."""

    sheet: str | None = Field(default=None, max_length=60)
    form: Literal["xlsx", "csv"] | None = None


@api.post("/imports")
@allow(*IMPORTERS)
def create(form: ImportForm) -> Response:
    """Takes in a register or staff temperature list; `dry_run` answers the same and stores nothing."""
    sent = Sent(
        form.file.stream.read(), form.file.filename or "", form.site, form.entrance, form.day, dry_run=form.dry_run
    )
    return answer(outcome_out(import_paper(host(), caller(), sites(), sent), form.site))


@api.get("/imports")
@allow(*IMPORTERS, Role.AUDITOR)
def listing(query: ListQuery) -> Response:
    """Imports of a site, the newest first, without their lines."""
    site = query.site or min(sites())
    return answer_page(run(list_imports, site=site, after=query.after, limit=query.limit), state_out)


@api.get("/imports/<id>")
@allow(*IMPORTERS, Role.AUDITOR)
def one(path: IdPath) -> Response:
    """One import: how far it is, its counts, and its lines."""
    return answer(state_out(run(get_import, import_id=path.id)))


@api.get("/imports/<id>/refused")
@allow(*IMPORTERS)
def refused(path: IdPath, query: RefusedQuery) -> Response:
    """The refused lines as a file to correct and send again."""
    name, content = run(refused_file, import_id=path.id, sheet=query.sheet, form=query.form, english=language() == "en")
    return file_answer(name, content)


def outcome_out(found: Outcome, site: str) -> ImportOut:
    """The answer to a file."""
    place = found.places[0]
    return ImportOut(
        id=found.import_id,
        kind=found.kind,
        site=site,
        entrance=place.entrance_code,
        day=place.day,
        dry_run=found.dry_run,
        **counts_of(found.counts),
        notes=[_said(note) for note in found.notes],
        rows=lines_out(found.lines),
    )


def state_out(view: ImportView) -> ImportStateOut:
    """An import as lists and its own address show it."""
    row = view.row
    return ImportStateOut(
        id=row.id,
        kind=row.kind,
        site=row.site,
        entrance=view.entrance_code,
        day=row.day,
        dry_run=False,
        **counts_of(row.counts),
        notes=[pick(note["en"], note["zh"]) for note in row.notes],
        rows=lines_out(view.lines),
        filename=row.filename,
        state="broken_off" if view.broken_off else row.state,
        total=row.total,
        done=row.done,
        by=row.by_ref,
        started_at=row.started_at,
        finished_at=row.finished_at,
    )


def counts_of(found: Mapping[str, int]) -> dict[str, Any]:
    """Every count, 0 where there is none."""
    return {name: found.get(name, 0) for name in COUNTED}


def lines_out(lines: Sequence[Listed]) -> list[LineOut]:
    """Lines in the reader's language."""
    return [
        LineOut(
            sheet=one.sheet, line=one.line, outcome=one.outcome, field=one.field, code=one.code, reason=_said(one.words)
        )
        for one in lines
    ]


def _said(words: Words) -> str:
    return pick(words.en, words.zh)
