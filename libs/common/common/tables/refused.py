"""The file of refused rows: the layout that came in, with the reasons, to be corrected and sent again."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from common.tables.cells import Cell
from common.tables.header import Header, normalise_title
from common.tables.writing import Layout, write_csv_lines, write_layouts

REASON_TITLE = "未接收原因 Reason"


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that was not taken in: its line in the file, its cells as they came, and why, in the reader's language."""

    line: int
    cells: Sequence[Cell]
    reason: str


def refused_rows_file(
    name: str, header: Header, refused: Iterable[Refused], *, form: Literal["xlsx", "csv"] = "xlsx"
) -> bytes:
    """The lines above the header, the header, and the refused rows as they came, with one more column at the end: the
    reason, after the line the row had. Sent again after correction, the column is ignored; a file that already has
    it gets the new reasons in its place. `name` is the sheet's."""
    place = _reason_column(header)
    head: list[list[object]] = [list(cells) for _, cells in header.rows]
    head[0] = _with_reason(head[0], place, REASON_TITLE)
    above = [list(cells) for _, cells in header.above]
    rows = _rows(refused, place)
    if form == "csv":
        return write_csv_lines(itertools.chain(above, head, rows))
    return write_layouts([Layout(name, above, head, rows, _widths(place))])


def _rows(refused: Iterable[Refused], place: int) -> Iterator[list[object]]:
    for row in refused:
        yield _with_reason(row.cells, place, f"[{row.line}] {row.reason}")


def _reason_column(header: Header) -> int:
    own = normalise_title(REASON_TITLE)
    titles = [normalise_title(title) for title in header.titles]
    return titles.index(own) if own in titles else len(titles)


def _with_reason(cells: Sequence[object], place: int, reason: str) -> list[object]:
    padded: list[object] = [*cells[:place], *[None] * (place - len(cells)), reason]
    return [*padded, *cells[place + 1 :]]


def _widths(place: int) -> list[float | None]:
    return [None] * place + [50.0]
