"""Writing tables for people: XLSX that prints on A4, CSV that opens in any spreadsheet program (facts: files)."""

from __future__ import annotations

import io
import itertools
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import xlsxwriter

from common.errors import Invalid
from common.tables.cells import cell_text
from common.tables.neutral import neutralise

_LONGEST_CELL = 32_767
_QUOTED = re.compile(r'[",;\t\r\n]|^\s|\s$')
_BAD_SHEET_NAME = re.compile(r"[\[\]:*?/\\]")
_A4 = 9
_WIDEST = 60
_SAMPLED = 200


@dataclass(frozen=True, slots=True)
class Column:
    """A column to write: its title, and its width in characters (from its contents if None)."""

    title: str
    width: float | None = None


@dataclass(frozen=True, slots=True)
class OutSheet:
    """A sheet to write: `title_lines` stand above the header, the rows under it. A text stays a text, whatever it looks
    like (document numbers, phones, staff numbers); int, float and Decimal are quantities."""

    name: str
    columns: Sequence[Column | str]
    rows: Iterable[Sequence[object]]
    title_lines: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Layout:
    """A sheet line by line: what stands above the header, the header's lines, the rows; widths in characters (None:
    from the contents)."""

    name: str
    above: Sequence[Sequence[object]]
    header: Sequence[Sequence[object]]
    rows: Iterable[Sequence[object]]
    widths: Sequence[float | None] = ()


def write_csv(columns: Sequence[Column | str], rows: Iterable[Sequence[object]]) -> bytes:
    """UTF-8 with BOM, CRLF, quoted where needed, texts neutralised; numbers are written as numbers."""
    return write_csv_lines(itertools.chain([[_title(column) for column in columns]], rows))


def write_csv_lines(lines: Iterable[Sequence[object]]) -> bytes:
    """As `write_csv`, for a file whose header lines are among its lines."""
    text = "".join(",".join(_quoted(_csv_cell(value)) for value in line) + "\r\n" for line in lines)
    return text.encode("utf-8-sig")


def write_xlsx(sheets: Sequence[OutSheet], *, landscape: bool = False) -> bytes:
    """A workbook for A4: frozen header repeated on each printed page, fitted to the page's width, texts neutralised and
    written as texts, never as formulas or links.

    Raises Invalid `tables.cell_too_long` for a text over 32,767 characters, which no spreadsheet takes.
    """
    layouts = [
        Layout(
            sheet.name,
            above=[[text] for text in sheet.title_lines],
            header=[[_title(column) for column in sheet.columns]],
            rows=sheet.rows,
            widths=[column.width if isinstance(column, Column) else None for column in sheet.columns],
        )
        for sheet in sheets
    ]
    return write_layouts(layouts, landscape=landscape)


def write_layouts(layouts: Sequence[Layout], *, landscape: bool = False) -> bytes:
    """As `write_xlsx`, for sheets whose header takes any number of lines. Nothing is put on a disk on the way."""
    out = io.BytesIO()
    options = {"in_memory": True, "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        formats = _formats(book)
        taken: set[str] = set()
        for layout in layouts:
            _write_sheet(book.add_worksheet(_sheet_name(layout.name, taken)), layout, formats, landscape)
    return out.getvalue()


def _write_sheet(target: Any, layout: Layout, formats: dict[str, Any], landscape: bool) -> None:
    rows = iter(layout.rows)
    sample = list(itertools.islice(rows, _SAMPLED))
    for column, width in enumerate(_widths(layout, sample)):
        target.set_column(column, column, width)
    line = 0
    for part, style in ((layout.above, "plain"), (layout.header, "header")):
        for cells in part:
            for column, value in enumerate(cells):
                kind = "title" if part is layout.above and line == 0 else style
                _write_cell(target, line, column, value, formats, formats[kind])
            line += 1
    if layout.header:
        target.freeze_panes(line, 0)
        target.repeat_rows(line - len(layout.header), line - 1)
    target.set_paper(_A4)
    if landscape:
        target.set_landscape()
    target.fit_to_pages(1, 0)
    target.set_footer("&C&P / &N")
    for cells in itertools.chain(sample, rows):
        for column, value in enumerate(cells):
            _write_cell(target, line, column, value, formats, formats["text"])
        line += 1


def _write_cell(target: Any, line: int, column: int, value: object, formats: dict[str, Any], text_format: Any) -> None:
    """One cell, by the type of its value."""
    if value is None or value == "":
        return
    if isinstance(value, bool):
        target.write_boolean(line, column, value)
    elif isinstance(value, (int, float, Decimal)) and math.isfinite(value):
        whole = isinstance(value, int) or (isinstance(value, float) and value == int(value))
        target.write_number(line, column, value, None if whole else formats["number"])
    elif isinstance(value, (date, time, timedelta)):
        moment, kind = _moment(value)
        target.write_datetime(line, column, moment, formats[kind])
    else:
        target.write_string(line, column, _checked(str(value)), text_format)


def _moment(value: date | time | timedelta) -> tuple[date | time | timedelta, str]:
    """`value` as the writer takes it, and the name of its format. An aware datetime is written as it reads."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=None), "datetime"
    if isinstance(value, date):
        return value, "date"
    if isinstance(value, time):
        return value.replace(tzinfo=None), "seconds" if value.second else "clock"
    return value, "span"


def _formats(book: Any) -> dict[str, Any]:
    return {
        "title": book.add_format({"bold": True, "font_size": 14}),
        "plain": book.add_format({}),
        "header": book.add_format(
            {"bold": True, "text_wrap": True, "valign": "vcenter", "border": 1, "num_format": "@"}
        ),
        "text": book.add_format({"num_format": "@"}),
        "number": book.add_format({"num_format": "0.0###"}),
        "date": book.add_format({"num_format": "yyyy-mm-dd"}),
        "datetime": book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
        "clock": book.add_format({"num_format": "hh:mm"}),
        "seconds": book.add_format({"num_format": "hh:mm:ss"}),
        "span": book.add_format({"num_format": "[h]:mm:ss"}),
    }


def _checked(text: str) -> str:
    safe = neutralise(text)
    if len(safe) > _LONGEST_CELL:
        raise Invalid(
            "tables.cell_too_long",
            "A text of {length} characters does not fit a spreadsheet's cell ({most} at most).",
            "文本有 {length} 个字符，超过单元格上限 {most}。",
            length=len(text),
            most=_LONGEST_CELL,
        )
    return safe


def _csv_cell(value: object) -> str:
    """A number as it is (it cannot hold a formula, and -4 must stay one); every other value neutralised."""
    if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
        return cell_text(value)
    return neutralise(value if isinstance(value, str) else cell_text(value))


def _quoted(text: str) -> str:
    """`text` in quotes where any delimiter we read is in it, so that our files are read back whatever they hold. (The
    standard writer looks at its own delimiter alone.)"""
    return '"' + text.replace('"', '""') + '"' if _QUOTED.search(text) else text


def _widths(layout: Layout, sample: Sequence[Sequence[object]]) -> list[float]:
    widths: list[float] = []
    lines = [*layout.header, *sample]
    for place in range(max((len(cells) for cells in layout.header), default=0)):
        given = layout.widths[place] if place < len(layout.widths) else None
        longest = max(_shown_width(cell_text(cells[place])) for cells in lines if place < len(cells))
        widths.append(given if given is not None else min(_WIDEST, max(6, 2 + longest)))
    return widths


def _shown_width(text: str) -> int:
    return sum(2 if ord(character) > 0x2E7F else 1 for character in text)


def _title(column: Column | str) -> str:
    return column.title if isinstance(column, Column) else column


def _sheet_name(name: str, taken: set[str]) -> str:
    base = _BAD_SHEET_NAME.sub(" ", name).strip(" '")[:31] or "Sheet"
    candidate, number = base, 2
    while candidate.lower() in taken:
        suffix = f" {number}"
        candidate, number = base[: 31 - len(suffix)] + suffix, number + 1
    taken.add(candidate.lower())
    return candidate
