"""What a table is made of: cells, rows, sheets, and the limits a file is held to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from common.errors import Invalid


class Unreadable(Invalid):
    """A file that cannot be read as a table; the code is `tables.<kind>`."""


@dataclass(frozen=True, slots=True)
class CellError:
    """A cell in which a formula failed; `code` as the spreadsheet shows it, such as #REF!."""

    code: str

    def __str__(self) -> str:
        return self.code


Cell = str | float | int | bool | datetime | date | time | timedelta | CellError | None
Row = tuple[int, list[Cell]]

_CODES = """
#NULL! #DIV/0! #VALUE! #REF! #NAME? #NUM! #N/A #GETTING_DATA #SPILL! #CALC! #FIELD! #BLOCKED! #BUSY! #CONNECT!
"""
ERROR_CODES = frozenset(_CODES.split())
_EXACT = 10**15


@dataclass(frozen=True, slots=True)
class Limits:
    """What a file may hold. `inflated_bytes`, `ratio` (of a part over 1 MiB) and `entries` guard against ZIP bombs;
    `rows`, `columns` and `cells` (rows times columns of a sheet) against a stray cell far out, which the reader would
    answer with memory for everything before it."""

    file_bytes: int = 30 * 2**20
    inflated_bytes: int = 300 * 2**20
    ratio: int = 400
    entries: int = 2_000
    sheets: int = 60
    rows: int = 200_000
    columns: int = 512
    cells: int = 6_000_000


class Sheet:
    """One sheet: its name, whether it is hidden, and its rows, which may be gone through any number of times."""

    def __init__(self, name: str, rows: Callable[[], Iterable[Row]], *, hidden: bool = False) -> None:
        self.name = name
        self.hidden = hidden
        self._rows = rows

    def __iter__(self) -> Iterator[Row]:
        """Yields (line, cells): the line as the spreadsheet shows it, from 1; blank lines come too."""
        return iter(self._rows())

    def __repr__(self) -> str:
        return f"Sheet({self.name!r})"


def clean_number(number: float) -> int | float:
    """`number` as an int where it is a whole number that a spreadsheet keeps exactly (15 digits)."""
    return int(number) if abs(number) < _EXACT and number == int(number) else number


def clean_text(text: str) -> Cell:
    """`text` as a cell: None if empty, a CellError if it is one of the spreadsheet's error codes, else as it stands."""
    if not text:
        return None
    return CellError(text) if text in ERROR_CODES else text


def cell_text(cell: object) -> str:
    """`cell` as the text a person would see, stripped: 1 for 1.0, 37.3 for 37.299999999999997, 2021-03-02, 08:35, 是
    for True; empty for an empty cell."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float):
        return str(clean_number(cell)) if cell == cell and abs(cell) < _EXACT and cell == int(cell) else f"{cell:.15g}"
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ", timespec="seconds")
    if isinstance(cell, time):
        return cell.isoformat(timespec="seconds" if cell.second else "minutes")
    if isinstance(cell, Decimal):
        return format(cell, "f")
    return str(cell).strip()


def is_blank(cells: Iterable[object]) -> bool:
    """Whether no cell holds anything but white space."""
    return all(cell is None or (isinstance(cell, str) and not cell.strip()) for cell in cells)
