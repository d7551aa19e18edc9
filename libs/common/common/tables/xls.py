"""Old XLS workbooks, read by xlrd.

The reader of the other formats is faster, but one damaged byte in such a file makes it ask for terabytes of memory and
end the whole process.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from datetime import datetime, time, timedelta

import xlrd

from common.tables.archive import damaged, encrypted, too_large
from common.tables.cells import Cell, CellError, Limits, Row, Sheet, clean_number, clean_text
from common.tables.neutral import restore

SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
_EPOCHS = {0: datetime.fromisoformat("1899-12-30"), 1: datetime.fromisoformat("1904-01-01")}
_FIRST_TRUE_SERIAL = 61  # The spreadsheet believes in 29 February 1900, the 60th day.
_BROKEN = (
    xlrd.XLRDError,
    xlrd.compdoc.CompDocError,
    struct.error,
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    NameError,
    NotImplementedError,
    OSError,
    TypeError,
    ValueError,
)


def read_xls(data: bytes, limits: Limits, hidden: bool) -> list[Sheet]:
    """The sheets of the workbook. Raises Unreadable `tables.encrypted`, `.damaged`, `.too_large`."""
    if _ENCRYPTED_PACKAGE in data:
        raise encrypted()
    try:
        book = xlrd.open_workbook(file_contents=data, logfile=io.StringIO(), formatting_info=False)
        sheets = book.sheets()
    except _BROKEN as error:
        if "encrypted" in str(error).lower():
            raise encrypted() from None
        raise damaged() from None
    if len(sheets) > limits.sheets:
        raise too_large()
    for sheet in sheets:
        if sheet.nrows > limits.rows or sheet.ncols > limits.columns or sheet.nrows * sheet.ncols > limits.cells:
            raise too_large()
    return [_sheet(sheet, book.datemode, sheet.visibility != 0) for sheet in sheets if hidden or sheet.visibility == 0]


def _sheet(sheet: xlrd.sheet.Sheet, datemode: int, concealed: bool) -> Sheet:
    def rows() -> Iterator[Row]:
        for index in range(sheet.nrows):
            yield index + 1, [_cell(cell.ctype, cell.value, datemode) for cell in sheet.row(index)]

    return Sheet(sheet.name, rows, hidden=concealed)


def _cell(kind: int, value: str | float | int, datemode: int) -> Cell:
    if kind == xlrd.XL_CELL_TEXT:
        return clean_text(restore(str(value)))
    if kind == xlrd.XL_CELL_NUMBER:
        return clean_number(float(value))
    if kind == xlrd.XL_CELL_BOOLEAN:
        return bool(value)
    if kind == xlrd.XL_CELL_ERROR:
        return CellError(xlrd.error_text_from_code.get(value, "#VALUE!"))
    if kind == xlrd.XL_CELL_DATE:
        return _moment(float(value), datemode)
    return None


def _moment(serial: float, datemode: int) -> Cell:
    """A serial that is shown as a date or time: a time below 1, a date when whole, else both, to the second."""
    seconds = round(serial * 86_400)
    if 0 <= seconds < 86_400:
        return time(seconds // 3600, seconds // 60 % 60, seconds % 60)
    early = timedelta(days=1) if datemode == 0 and serial < _FIRST_TRUE_SERIAL else timedelta()
    try:
        moment = _EPOCHS[datemode] + early + timedelta(seconds=seconds)
    except OverflowError:
        return serial
    return moment.date() if seconds % 86_400 == 0 else moment
