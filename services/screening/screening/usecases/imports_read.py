"""Reading imports: the list, one with its lines, and refused lines as a file to correct."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath
from typing import Any, Literal

from sqlalchemy import and_, or_, select

from common.audit.access import record_access
from common.data.paging import Page, decode_cursor, page_of
from common.errors import Forbidden, NotFound, not_found
from common.op import Op, usecase
from common.roles import Role
from common.tables import Refused, refused_rows_file
from screening.domain.paper_cells import cell_in, layouts_in
from screening.models import Entrance, PaperImport, PaperLine
from screening.usecases.imports_places import Words
from screening.usecases.imports_store import BROKEN_OFF_AFTER, Listed

GONE = Words("已超过保存期限,内容已销毁", "Its days are over: the content was destroyed")


@dataclass(frozen=True)
class ImportView:
    """An import and its entrance; `broken_off` for one that ended in the middle."""

    row: PaperImport
    entrance_code: str
    entrance_name: str
    broken_off: bool
    lines: Sequence[Listed] = ()


@usecase(read=True)
def list_imports(op: Op, *, site: str, after: str | None = None, limit: int = 50) -> Page[ImportView]:
    """The site's imports, the newest first."""
    op.site(site)
    query = (
        select(PaperImport, Entrance)
        .join(Entrance, Entrance.id == PaperImport.entrance_id)
        .where(PaperImport.site == site)
    )
    if after is not None:
        at, ident = decode_cursor(after, 2)
        started = datetime.fromisoformat(str(at))
        query = query.where(
            or_(
                PaperImport.started_at < started,
                and_(PaperImport.started_at == started, PaperImport.id < str(ident)),
            )
        )
    rows = op.db.execute(query.order_by(PaperImport.started_at.desc(), PaperImport.id.desc()).limit(limit + 1)).all()
    views = [_view(op, row, entrance) for row, entrance in rows]
    return page_of(views, limit, lambda view: [view.row.started_at.isoformat(), view.row.id])


@usecase(read=True)
def get_import(op: Op, *, import_id: str) -> ImportView:
    """An import with the lines that were refused, not measured or have a warning. Raises NotFound."""
    row, entrance = _found(op, import_id)
    return _view(op, row, entrance, [_listed(line)[0] for line in _lines(op, row)])


@usecase
def refused_file(
    op: Op, *, import_id: str, sheet: str | None = None, form: Literal["xlsx", "csv"] | None = None, english: bool
) -> tuple[str, bytes]:
    """(name, content) of a file of the refused lines of a sheet (the first with any), in the layout they came in.

    For whoever sent the file and for coordinators; the access is logged. Raises Forbidden, NotFound when there is no
    refused line or its days are over.
    """
    row, _ = _found(op, import_id)
    if row.by_ref != op.caller.id and not op.caller.holds(row.site, Role.COORDINATOR):
        raise Forbidden(
            "import.not_yours",
            "The refused lines are for whoever sent the file, and for the coordination group.",
            "未接收的行只供导入人和综合协调组下载。",
        )
    kept = [(line, *_listed(line)) for line in _lines(op, row) if line.outcome == "refused"]
    chosen = sheet or next((line.sheet for line, _, cells in kept if cells is not None), None)
    wanted = [(told, cells) for line, told, cells in kept if line.sheet == chosen and cells is not None]
    if not wanted or row.layouts is None or chosen is None:
        raise NotFound(
            "import.nothing_refused",
            "No refused line of this import is kept: none was refused, or two weeks have passed.",
            "没有可下载的未接收行:没有被拒的行,或已超过两周的保存期。",
        )
    record_access(
        op.db,
        site=row.site,
        at=op.now,
        actor=op.caller.id,
        purpose="更正未接收的行",
        subject=f"import:{row.id}",
        field="refused_lines",
    )
    kind: Literal["xlsx", "csv"] = form or ("csv" if row.filename.lower().endswith(".csv") else "xlsx")
    refused = [
        Refused(told.line, [cell_in(cell) for cell in cells], told.words.en if english else told.words.zh)
        for told, cells in wanted
    ]
    stem = PurePath(row.filename).stem
    day = "" if row.day.isoformat() in stem else f"-{row.day}"
    content = refused_rows_file(chosen, layouts_in(row.layouts)[chosen], refused, form=kind)
    return f"{stem}{day}-refused.{kind}", content


def _found(op: Op, import_id: str) -> tuple[PaperImport, Entrance]:
    query = select(PaperImport, Entrance).join(Entrance, Entrance.id == PaperImport.entrance_id)
    found = op.db.execute(query.where(PaperImport.id == import_id)).first()
    if found is None:
        raise not_found("import", "导入记录", import_id[:40])
    return found[0], found[1]


def _lines(op: Op, row: PaperImport) -> Sequence[PaperLine]:
    query = select(PaperLine).where(PaperLine.site == row.site, PaperLine.import_id == row.id)
    return op.db.scalars(query.order_by(PaperLine.place)).all()


def _listed(line: PaperLine) -> tuple[Listed, list[Any] | None]:
    content = json.loads(line.content) if line.content else {}
    words = Words(content.get("zh", GONE.zh), content.get("en", GONE.en))
    told = Listed(line.sheet, line.line, line.outcome, line.field, content.get("code", "gone"), words)
    return told, content.get("cells")


def _view(op: Op, row: PaperImport, entrance: Entrance, lines: Sequence[Listed] = ()) -> ImportView:
    broken = row.state == "running" and row.progress_at < op.now - BROKEN_OFF_AFTER
    return ImportView(row, entrance.code, entrance.name, broken, lines)
