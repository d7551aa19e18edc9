"""Reading a table file of any kind offices send: XLSX, XLS, ODS, CSV."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from common.tables.archive import damaged, encrypted, packed, parts_of, too_large
from common.tables.cells import Cell, CellError, Limits, Row, Sheet, Unreadable, clean_number, clean_text
from common.tables.delimited import read_delimited
from common.tables.neutral import restore
from common.tables.scan import Found, scan_ods, scan_xlsx_sheet, sheet_parts
from common.tables.xls import SIGNATURE, read_xls

_ZIP = b"PK"
_ODS_TYPE = b"application/vnd.oasis.opendocument.spreadsheet"


def read_tables(
    data: bytes | Path, filename: str, *, limits: Limits | None = None, hidden: bool = False
) -> list[Sheet]:
    """The sheets of the file, in its order and at least one; hidden ones only if `hidden`. The kind of file is told
    from its bytes; `filename` names the one sheet of a CSV.

    Cells are str, int (whole numbers up to 15 digits), float, bool, date, datetime, time, timedelta, None (empty) or
    CellError. Formulas give the value that was stored with them. An apostrophe that our own export put before a
    dangerous character is taken off. `line` counts as the spreadsheet shows it, whatever is blank above.

    Raises Unreadable: `tables.empty`, `.too_large`, `.damaged`, `.encrypted`, `.encoding`, `.quotes`, `.not_a_table`,
    `.no_sheet`.
    """
    limits = limits or Limits()
    if isinstance(data, Path):
        if data.stat().st_size > limits.file_bytes:
            raise too_large()
        data = data.read_bytes()
    if len(data) > limits.file_bytes:
        raise too_large()
    if not data.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        raise Unreadable("tables.empty", "The file is empty.", "文件是空的。")
    if data.startswith(_ZIP):
        sheets = _read_container(data, limits, hidden)
    elif data.startswith(SIGNATURE):
        sheets = read_xls(data, limits, hidden)
    else:
        sheets = [read_delimited(data, Path(filename).stem, limits)]
    if not sheets:
        raise Unreadable(
            "tables.no_sheet",
            "The file has no visible sheet with a table; unhide it and send the file again.",
            "文件中没有可见的工作表；请取消隐藏后重新上传。",
        )
    return sheets


def _read_container(data: bytes, limits: Limits, hidden: bool) -> list[Sheet]:
    parts = parts_of(data, limits)
    if parts.get("mimetype", b"").startswith(_ODS_TYPE) and "content.xml" in parts:
        if b"encryption-data" in parts.get("META-INF/manifest.xml", b""):
            raise encrypted()
        return _read_workbook(packed(parts), scan_ods(parts["content.xml"], limits), limits, hidden)
    if "[Content_Types].xml" not in parts or not any(name.lower() == "xl/workbook.xml" for name in parts):
        raise Unreadable(
            "tables.not_a_table",
            "The file is a ZIP or another document, not a table: send .xlsx, .xls, .ods or .csv.",
            "文件是压缩包或其他文档，不是表格：请上传 .xlsx、.xls、.ods 或 .csv 文件。",
        )
    founds = {
        name: scan_xlsx_sheet(parts[part], limits) if part in parts else Found()
        for name, part in sheet_parts(parts).items()
    }
    return _read_workbook(packed(parts), founds, limits, hidden)


def _read_workbook(
    source: io.BytesIO, founds: dict[str, Found] | list[Found], limits: Limits, hidden: bool
) -> list[Sheet]:
    sheets: list[Sheet] = []
    try:
        workbook = CalamineWorkbook.from_filelike(source)
        if len(workbook.sheet_names) > limits.sheets:
            raise too_large()
        for index, about in enumerate(workbook.sheets_metadata):
            concealed = about.visible != SheetVisibleEnum.Visible
            if about.typ != SheetTypeEnum.WorkSheet or (concealed and not hidden):
                continue
            if isinstance(founds, dict):
                found = founds.get(about.name)
            else:
                found = founds[index] if index < len(founds) else None
            if found is None:  # A sheet that the first pass has not measured is not opened.
                raise damaged()
            sheets.append(_sheet(workbook.get_sheet_by_index(index), found, concealed))
    except PasswordError:
        raise encrypted() from None
    except CalamineError:
        raise damaged() from None
    return sheets


def _sheet(table: CalamineSheet, found: Found, hidden: bool) -> Sheet:
    # The reader drops empty columns on the left, but keeps empty rows at the top; errors may lie outside its rectangle.
    left = table.start[1] if table.start else 0
    errors: dict[int, list[tuple[int, str]]] = {}
    for (row, column), code in found.errors.items():
        errors.setdefault(row, []).append((column, code))
    padding: list[Cell] = [None] * left

    def rows() -> Iterator[Row]:
        line = 0
        for line, values in enumerate(table.iter_rows() if table.start else (), 1):
            cells = padding + [_cell(value) for value in values]
            yield line, _with_errors(cells, errors.get(line - 1, ()))
        for row in sorted(row for row in errors if row >= line):
            yield row + 1, _with_errors([], errors[row])

    return Sheet(table.name, rows, hidden=hidden)


def _with_errors(cells: list[Cell], errors: list[tuple[int, str]] | tuple[()]) -> list[Cell]:
    for column, code in errors:
        cells.extend([None] * (column + 1 - len(cells)))
        cells[column] = CellError(code)
    return cells


def _cell(value: str | float | bool | datetime | date | time | timedelta) -> Cell:
    if isinstance(value, str):
        return clean_text(restore(value))
    if isinstance(value, float):
        return clean_number(value)
    return value
