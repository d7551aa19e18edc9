"""Finding the header of a table among title lines, and which column is what."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from common.tables.cells import Cell, Row, Unreadable, cell_text, is_blank

_LOOKED_AT = 40
_HINT = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】|〔[^〔〕]*〕")
_MARKS = "*:;,.。、_-"


@dataclass(frozen=True, slots=True)
class Header:
    """The header found: `columns` field -> column from 0; `lines` the sheet's lines it takes; `first_data_line` the
    line after it; `titles` the title of each column as written (a group's title before its own); `above` and
    `rows` the lines over it and its own, as they came in."""

    columns: Mapping[str, int]
    lines: tuple[int, ...]
    first_data_line: int
    titles: tuple[str, ...]
    above: tuple[Row, ...]
    rows: tuple[Row, ...]

    def get(self, cells: Sequence[Cell], name: str) -> Cell:
        """The cell of the field `name` in a row; None if the table has no such column or the row ends before it."""
        column = self.columns.get(name)
        return cells[column] if column is not None and column < len(cells) else None

    def title(self, name: str) -> str:
        """How the file itself calls the field `name`, for messages; `name` if it has no such column."""
        column = self.columns.get(name)
        return name if column is None else self.titles[column]

    def data(self, rows: Iterable[Row]) -> Iterable[Row]:
        """The rows of the sheet from the first data line on, blank ones left out."""
        return (row for row in rows if row[0] >= self.first_data_line and not is_blank(row[1]))


def normalise_title(title: object) -> str:
    """A column title for comparison: NFKC, lower case, without white space, line breaks and marks such as * and :."""
    text = unicodedata.normalize("NFKC", cell_text(title)).lower()
    return re.sub(r"\s+", "", text).strip(_MARKS)


def find_header(rows: Iterable[Row], aliases: Mapping[str, tuple[str, ...]], required: set[str]) -> Header:
    """The header among the first 40 lines of `rows`: the line, or the two lines where a group's title stands over its
    columns' titles, that name the most fields and all `required` ones. `aliases`: field -> titles it goes by, in any
    language; the field's own name counts too. A hint in brackets, as in 工作组(逗号分隔), is ignored unless an alias
    has it. A title cell repeated for one field is an error, since nobody could say which column counts.

    Raises Unreadable: `tables.header_missing` (names the columns that are missing), `tables.header_twice`.
    """
    lookup = {normalise_title(title): name for name, titles in aliases.items() for title in (name, *titles)}
    top = list(itertools.islice(rows, _LOOKED_AT))
    best: tuple[tuple[bool, int, int], dict[str, list[int]], int, int, list[str]] | None = None
    for start in range(len(top)):
        for height in (1, 2):
            if start + height > len(top) or is_blank(top[start][1]):
                continue
            columns, titles = _match(top[start : start + height], lookup)
            if not columns:
                continue
            missing = len(required - columns.keys())
            score = (missing == 0, len(columns) if missing == 0 else -missing, -height)
            if best is None or score > best[0]:
                best = (score, columns, start, height, titles)
    if best is None or not best[0][0]:
        raise _missing(required - (best[1].keys() if best else set()), aliases)
    _, columns, start, height, titles = best
    for name, places in columns.items():
        if len(places) > 1:
            raise _twice(name, places, titles)
    after = start + height
    if height == 1 and after < len(top) and is_blank(top[after][1]) and top[after][0] == top[start][0] + 1:
        after += 1  # The second line of a header that is merged over two.
    taken = top[start:after]
    return Header(
        columns={name: places[0] for name, places in columns.items()},
        lines=tuple(line for line, _ in taken),
        first_data_line=taken[-1][0] + 1,
        titles=tuple(titles),
        above=tuple(top[:start]),
        rows=tuple(taken),
    )


def _match(lines: Sequence[Row], lookup: Mapping[str, str]) -> tuple[dict[str, list[int]], list[str]]:
    columns: dict[str, list[int]] = {}
    titles: list[str] = []
    width = max(len(cells) for _, cells in lines)
    padded = [[*cells, *[None] * (width - len(cells))] for _, cells in lines]
    group = ""
    for column in range(width):
        upper = cell_text(padded[0][column])
        lower = cell_text(padded[1][column]) if len(padded) > 1 else ""
        if upper or not lower:
            group = upper
        titles.append(" ".join((group + lower if lower else upper).split()))
        name = _field((group + lower, lower + group, lower) if lower else (upper,), lookup)
        if name is not None:
            columns.setdefault(name, []).append(column)
    return columns, titles


def _field(candidates: Iterable[str], lookup: Mapping[str, str]) -> str | None:
    for candidate in candidates:
        normal = normalise_title(candidate)
        for key in (normal, _HINT.sub("", normal).strip(_MARKS)):
            if key and key in lookup:
                return lookup[key]
    return None


def _missing(missing: Iterable[str], aliases: Mapping[str, tuple[str, ...]]) -> Unreadable:
    names = "、".join(sorted((aliases.get(name) or (name,))[0] for name in missing))
    return Unreadable(
        "tables.header_missing",
        "The table has no column called {names}. Use the titles of the form in one line (or two) over the data.",
        "表格中没有这些列：{names}。请在数据上方用一行（或两行）写明登记表的列名。",
        names=names,
    )


def _twice(name: str, places: Sequence[int], titles: Sequence[str]) -> Unreadable:
    letters = "、".join(column_letter(place) for place in places)
    return Unreadable(
        "tables.header_twice",
        "The column {title} stands more than once ({letters}): delete or rename all but one.",
        "列“{title}”出现多次（{letters}）：请只保留一列，其余删除或改名。",
        title=titles[places[0]] or name,
        letters=letters,
    )


def column_letter(column: int) -> str:
    """The spreadsheet's letters for the column counted from 0: A, B, … AA."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
