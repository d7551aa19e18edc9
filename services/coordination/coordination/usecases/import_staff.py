"""Taking in a staff list: line by line, the refused ones as a file to correct, a second time without effect."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import select, update

from common.errors import SizaoError, not_found
from common.ids import new_id
from common.op import Op, usecase
from common.tables import (
    Cell,
    Header,
    Refused,
    Sheet,
    Unreadable,
    find_header,
    is_footer,
    read_tables,
    refused_rows_file,
)
from coordination.domain.chart import is_leadership
from coordination.domain.staff_list import ALIASES, REQUIRED, LineRefused, StaffLine, Vacancy, read_line
from coordination.models import ImportRun
from coordination.usecases.import_apply import Present, apply_plan, differences
from coordination.usecases.import_plan import Plan, make_plan
from coordination.usecases.locking import lock_site

KEPT = timedelta(days=30)
"""How long refused rows wait to be fetched: they hold personal data."""


@dataclass
class Outcome:
    """What became of a list. `rows`: the lines that were refused or taken in with a warning."""

    id: str | None = None
    dry_run: bool = False
    accepted: int = 0
    refused: int = 0
    unchanged: int = 0
    warnings: int = 0
    skipped: int = 0
    sections: int = 0
    groups: int = 0
    vacancies: int = 0
    on_leave: int = 0
    notes: list[str] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)


@usecase
def import_staff(
    op: Op, *, site: str, filename: str, data: bytes, language: str = "zh", dry_run: bool = False
) -> Outcome:
    """Takes in a staff list; a dry run says what would happen and stores nothing. Raises Unreadable."""
    op.site(site)
    sheet, header = _table(data, filename)
    if not dry_run:
        lock_site(op, site)
    outcome = Outcome(dry_run=dry_run)
    cells_of: dict[int, Sequence[Cell]] = {}
    lines: list[StaffLine] = []
    vacancies: list[Vacancy] = []
    wrong: list[tuple[int, str, SizaoError]] = []
    today = op.today(site)
    for line, cells in header.data(sheet):
        if is_footer(cells):
            outcome.skipped += 1
            continue
        cells_of[line] = cells
        try:
            read = read_line(header, line, cells, today)
        except LineRefused as refused:
            wrong.append((line, refused.field, refused.problem))
            continue
        if isinstance(read, Vacancy):
            outcome.skipped += 1
            vacancies.append(read)
        else:
            lines.append(read)
    columns = frozenset(header.columns)
    plan = make_plan(op, site, lines, vacancies, columns)
    wrong += [(line.line, name, problem) for line, name, problem in plan.refused]
    present = Present(op, site)
    told = [(entry, differences(entry, present, columns)) for entry in plan.entries]
    changed = [(entry, what) for entry, what in told if what]
    _count(outcome, plan, len(changed), wrong, header, sheet, language)
    if dry_run:
        return outcome
    if changed or plan.vacancies:
        apply_plan(op, site, plan, changed, present, columns)
    refused_file = _refused_file(sheet, header, wrong, cells_of, language)
    outcome.id = _record(op, site, filename, data, outcome, refused_file, bool(changed))
    return outcome


def _table(data: bytes, filename: str) -> tuple[Sheet, Header]:
    """The first sheet that has the columns of a staff list; raises Unreadable for the first one's reason."""
    problem: Unreadable | None = None
    for sheet in read_tables(data, filename):
        try:
            return sheet, find_header(sheet, ALIASES, REQUIRED)
        except Unreadable as unreadable:
            problem = problem or unreadable
    raise problem or Unreadable("tables.empty", "The file has no sheet.", "文件中没有工作表。")


def _count(outcome: Outcome, plan: Plan, changed: int, wrong: list[tuple[int, str, SizaoError]], header: Header,
           sheet: Sheet, language: str) -> None:  # fmt: skip
    outcome.accepted, outcome.unchanged = changed, len(plan.entries) - changed
    outcome.refused = len(wrong)
    warned = [(entry.line.line, entry.warning) for entry in plan.entries if entry.warning is not None]
    outcome.warnings = len(warned)
    named = [entry.line.section for entry in plan.entries] + [vacancy.section for vacancy, _ in plan.vacancies]
    outcome.sections = len({name for name in named if not is_leadership(name)})
    outcome.groups = len({code for entry in plan.entries for code, _ in entry.line.groups})
    outcome.vacancies = len(plan.vacancies)
    outcome.on_leave = sum(entry.line.leave is not None for entry in plan.entries)
    rows = [(line, "refused", name, problem) for line, name, problem in wrong]
    rows += [(line, "warning", "superior", problem) for line, problem in warned]
    for line, kind, name, problem in sorted(rows, key=lambda row: row[0]):
        outcome.rows.append(
            {
                "sheet": sheet.name,
                "line": line,
                "outcome": kind,
                "field": header.title(name),
                "reason": problem.words(language),
                "code": problem.code,
            }
        )
    for vacancy, _ in plan.vacancies:
        outcome.notes.append(
            f"line {vacancy.line}: a vacant post, not a person ({vacancy.section} {vacancy.post})"
            if language == "en"
            else f"第{vacancy.line}行：岗位空缺，不是人员({vacancy.section}{vacancy.post})"
        )


def _refused_file(sheet: Sheet, header: Header, wrong: list[tuple[int, str, SizaoError]],
                  cells_of: dict[int, Sequence[Cell]], language: str) -> bytes | None:  # fmt: skip
    if not wrong:
        return None
    rows = [
        Refused(line, cells_of[line], f"{header.title(name)}:{problem.words(language)}")
        for line, name, problem in sorted(wrong, key=lambda row: row[0])
    ]
    return refused_rows_file(sheet.name, header, rows)


def _record(op: Op, site: str, filename: str, data: bytes, outcome: Outcome, refused_file: bytes | None,
            changed: bool) -> str:  # fmt: skip
    """Keeps the outcome; the same list again, without effect, keeps its first record."""
    digest = hashlib.sha256(data).hexdigest()
    if not changed:
        before = op.db.scalars(
            select(ImportRun).where(ImportRun.site == site, ImportRun.digest == digest).order_by(ImportRun.id.desc())
        ).first()
        if before is not None:
            return before.id
    counts = {
        name: getattr(outcome, name)
        for name in (
            "accepted",
            "refused",
            "unchanged",
            "warnings",
            "skipped",
            "sections",
            "groups",
            "vacancies",
            "on_leave",
        )
    }
    run = ImportRun(
        id=new_id(), site=site, filename=filename[-200:], digest=digest, sent_at=op.now, sent_by=op.caller.id,
        outcome=counts, refused_file=base64.b64encode(refused_file).decode() if refused_file else None,
    )  # fmt: skip
    op.db.add(run)
    op.db.flush()
    op.audit("staff.imported", site=site, subject=f"import:{run.id}", particulars={**counts, "sha256": digest})
    return run.id


@usecase(read=True)
def refused_rows(op: Op, *, import_id: str) -> bytes:
    """The refused rows of a list as an XLSX to correct and send again. Raises NotFound if there are none (any more)."""
    run = op.db.scalars(select(ImportRun).where(ImportRun.id == import_id)).first()
    if run is None or run.refused_file is None:
        raise not_found("file of refused rows", "未接收行文件", import_id)
    return base64.b64decode(run.refused_file)


def forget_refused_rows(op: Op, site: str) -> None:
    """Takes refused rows away after a month, once a day."""
    if op.once("forget-refused-rows", site=site, day=op.today(site)):
        op.db.execute(
            update(ImportRun)
            .where(ImportRun.site == site, ImportRun.sent_at < op.now - KEPT, ImportRun.refused_file.is_not(None))
            .values(refused_file=None)
            .execution_options(synchronize_session=False)
        )
