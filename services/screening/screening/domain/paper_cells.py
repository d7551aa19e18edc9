"""Cells and layouts of a form as JSON, with their types, so that refused lines come back in the layout they came in."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from common.tables import Cell, CellError, Header
from screening.domain.paper import PaperTable


def cell_out(cell: Cell) -> list[Any]:
    """`[type, value]` for JSON."""
    if cell is None or isinstance(cell, (str, bool, int, float)):
        return ["", cell]
    if isinstance(cell, CellError):
        return ["error", cell.code]
    if isinstance(cell, timedelta):
        return ["span", cell.total_seconds()]
    kind = "instant" if isinstance(cell, datetime) else "day" if isinstance(cell, date) else "clock"
    return [kind, cell.isoformat()]


def cell_in(kept: Sequence[Any]) -> Cell:
    """The cell that `cell_out` wrote down."""
    kind, value = kept
    found: Cell = value
    if kind == "span":
        found = timedelta(seconds=value)
    elif kind == "instant":
        found = datetime.fromisoformat(value)
    elif kind == "day":
        found = date.fromisoformat(value)
    elif kind == "clock":
        found = time.fromisoformat(value)
    return found


def layout_out(tables: Sequence[PaperTable]) -> str:
    """The title and header lines of each sheet, as JSON."""
    return json.dumps(
        [
            {
                "sheet": table.sheet.name,
                "columns": dict(table.header.columns),
                "titles": list(table.header.titles),
                "above": [[line, [cell_out(cell) for cell in cells]] for line, cells in table.header.above],
                "rows": [[line, [cell_out(cell) for cell in cells]] for line, cells in table.header.rows],
            }
            for table in tables
        ],
        ensure_ascii=False,
    )


def layouts_in(text: str) -> dict[str, Header]:
    """The headers by sheet that `layout_out` wrote down."""
    found: dict[str, Header] = {}
    for kept in json.loads(text):
        above, rows = (
            tuple((line, [cell_in(cell) for cell in cells]) for line, cells in kept[part]) for part in ("above", "rows")
        )
        lines = tuple(line for line, _ in rows)
        found[kept["sheet"]] = Header(kept["columns"], lines, lines[-1] + 1, tuple(kept["titles"]), above, rows)
    return found
