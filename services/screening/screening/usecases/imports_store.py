"""What an import stores: its own row, its checks a thousand a transaction, and the lines that were not taken."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy import insert, select, update

from common.errors import Conflict, SizaoError
from common.ids import new_id
from common.op import Op, usecase
from screening.models import PAPER_LINE, PaperImport, PaperLine
from screening.models.base import NAME_LENGTH
from screening.models.imports import FILENAME_LENGTH
from screening.usecases.imports_places import Words
from screening.usecases.intake import NewCheck
from screening.usecases.recording import Recorded, record_checks

BROKEN_OFF_AFTER = timedelta(minutes=2)
"""An import that took in nothing for so long was broken off: its file may be sent again."""
KEPT_DAYS = 14
"""How long the words and cells of lines that were not taken are kept, to be corrected."""
LISTED_LINES = 500
"""Lines that a page of an import's answer holds."""


@dataclass(frozen=True)
class Listed:
    """A line that was refused, not measured or has a warning. `cells`: a refused line's, each with its type."""

    sheet: str
    line: int
    outcome: str
    field: str
    code: str
    words: Words
    cells: Sequence[Sequence[object]] | None = None


@usecase
def start_import(
    op: Op, *, site: str, kind: str, filename: str, entrance_id: str, day: date, total: int, layouts: str
) -> str:
    """Begins an import and returns its id. Raises Conflict while another of the same entrance and day is running."""
    op.site(site)
    running = op.db.scalars(
        select(PaperImport.id).where(
            PaperImport.site == site,
            PaperImport.state == "running",
            PaperImport.kind == kind,
            PaperImport.entrance_id == entrance_id,
            PaperImport.day == day,
            PaperImport.progress_at > op.now - BROKEN_OFF_AFTER,
            PaperImport.by_ref != op.caller.id,
        )
    ).first()
    if running is not None:
        raise Conflict(
            "import.running",
            "A list of the same entrance and day is being imported: wait until it has ended.",
            "同一入口同一天的名单正在导入:请等它完成后再试。",
        )
    row = PaperImport(
        id=new_id(),
        site=site,
        kind=kind,
        filename=filename[-FILENAME_LENGTH:],
        entrance_id=entrance_id,
        day=day,
        state="running",
        by_ref=op.caller.id,
        by_name=op.caller.name[:NAME_LENGTH],
        started_at=op.now,
        progress_at=op.now,
        total=total,
        done=0,
        counts={},
        notes=[],
        layouts=layouts,
    )
    op.db.add(row)
    return row.id


@usecase
def take_rows(op: Op, *, import_id: str, items: Sequence[NewCheck], done: int) -> list[Recorded | SizaoError]:
    """Records some lines' checks in this transaction and how far the import is; for each line its answer."""
    outcomes = record_checks(op, items=[replace(item, import_id=import_id) for item in items])
    op.db.execute(update(PaperImport).where(PaperImport.id == import_id).values(done=done, progress_at=op.now))
    return outcomes


@usecase
def try_rows(op: Op, *, items: Sequence[NewCheck]) -> list[Recorded | SizaoError]:
    """What `take_rows` would answer; nothing stays stored or told."""
    outcomes = record_checks(op, items=items)
    op.db.rollback()
    op.letters.clear()
    return outcomes


@usecase
def finish_import(
    op: Op, *, import_id: str, counts: Mapping[str, int], notes: Sequence[Words], lines: Sequence[Listed]
) -> None:
    """Ends an import: its counts, its notes, and the lines to be looked at."""
    row = op.db.get_one(PaperImport, import_id)
    row.state, row.finished_at, row.progress_at, row.done = "done", op.now, op.now, row.total
    row.counts, row.notes = dict(counts), [{"zh": one.zh, "en": one.en} for one in notes]
    if lines:
        op.db.execute(insert(PAPER_LINE), [_line(row, place, line) for place, line in enumerate(lines)])
    op.audit(
        "paper.imported",
        site=row.site,
        subject=f"import:{row.id}",
        particulars={"kind": row.kind, "day": row.day.isoformat(), "entrance": row.entrance_id, **counts},
    )


def _line(row: PaperImport, place: int, line: Listed) -> dict[str, object]:
    content = {"code": line.code, "zh": line.words.zh, "en": line.words.en, "cells": line.cells}
    return {
        "import_id": row.id,
        "place": place,
        "site": row.site,
        "sheet": line.sheet[:60],
        "line": line.line,
        "outcome": line.outcome,
        "field": line.field[:40],
        "content": json.dumps(content, ensure_ascii=False),
    }


def purge_lines(op: Op, site: str) -> int:
    """Erases words and cells of lines of imports that ended more than two weeks ago; says how many."""
    old = select(PaperImport.id).where(
        PaperImport.site == site, PaperImport.started_at < op.now - timedelta(days=KEPT_DAYS)
    )
    done = op.db.execute(
        update(PaperLine)
        .where(PaperLine.site == site, PaperLine.content.is_not(None), PaperLine.import_id.in_(old))
        .values(content=None)
        .returning(PaperLine.place)
        .execution_options(synchronize_session=False)
    )
    count = len(done.all())
    op.db.execute(
        update(PaperImport)
        .where(PaperImport.site == site, PaperImport.layouts.is_not(None), PaperImport.id.in_(old))
        .values(layouts=None)
        .execution_options(synchronize_session=False)
    )
    return count
