"""Delimited text: the encoding and the delimiter told from the bytes alone, always the same way."""

from __future__ import annotations

import codecs
import csv
import io
import itertools
import unicodedata
from collections import Counter
from collections.abc import Iterator

from common.tables.archive import too_large
from common.tables.cells import Limits, Row, Sheet, Unreadable, clean_text
from common.tables.neutral import restore

_DELIMITERS = (",", "\t", ";")
_PROBED = 50
_LONGEST_CELL = 200_000
_PLAIN_CONTROLS = frozenset("\t\r\n\f\x1a")


def read_delimited(data: bytes, name: str, limits: Limits) -> Sheet:
    """The one sheet in `data`. Raises Unreadable `tables.encoding`, `.not_a_table`, `.quotes`, `.too_large`."""
    text = decode(data).rstrip("\x1a")
    delimiter = _delimiter(text)
    for line, _ in enumerate(_records(text, delimiter), 1):
        if line > limits.rows:
            raise too_large()

    def rows() -> Iterator[Row]:
        for line, record in enumerate(_records(text, delimiter), 1):
            yield line, [clean_text(restore(cell)) for cell in record]

    return Sheet(name, rows)


def decode(data: bytes) -> str:
    """The text in `data`: UTF-8 with or without BOM, UTF-16 with BOM, else GB18030; each strictly."""
    try:
        if data.startswith(codecs.BOM_UTF8):
            return _plain(data.decode("utf-8-sig"))
        if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return _plain(data.decode("utf-16"))
        try:
            return _plain(data.decode("utf-8"))
        except UnicodeDecodeError as error:
            if error.reason == "unexpected end of data":
                raise
        return _plain(data.decode("gb18030"))
    except UnicodeDecodeError:
        raise _encoding() from None


def _plain(text: str) -> str:
    """`text` if it is one: control characters and code points nobody has assigned tell of another encoding."""
    for character in set(text):
        category = unicodedata.category(character)
        if category == "Cn" or (category == "Cc" and character not in _PLAIN_CONTROLS and ord(character) != 0x85):
            if ord(character) < 0x20:
                raise Unreadable(
                    "tables.not_a_table",
                    "The file is not a table: send .xlsx, .xls, .ods or .csv.",
                    "文件不是表格：请上传 .xlsx、.xls、.ods 或 .csv 文件。",
                )
            raise _encoding()
    return text


def _delimiter(text: str) -> str:
    """The delimiter that gives most of the first records the same number of cells, at least two; the wider table, then
    comma, tab, semicolon, decide between equals."""
    best, best_score = _DELIMITERS[0], (0, 0)
    for delimiter in _DELIMITERS:
        widths = Counter(
            len(record) for record in itertools.islice(_records(text, delimiter), _PROBED) if len(record) > 1
        )
        if widths:
            width, count = max(widths.items(), key=lambda item: (item[1], item[0]))
            if (count, width) > best_score:
                best, best_score = delimiter, (count, width)
    return best


def _records(text: str, delimiter: str) -> Iterator[list[str]]:
    csv.field_size_limit(_LONGEST_CELL)
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    except csv.Error:
        raise Unreadable(
            "tables.quotes",
            "A quotation mark in the file is not closed. Open it in the spreadsheet program and save it again.",
            "文件中有未闭合的引号。请用表格软件打开后重新保存。",
        ) from None


def _encoding() -> Unreadable:
    return Unreadable(
        "tables.encoding",
        "The text of the file cannot be read: it is neither UTF-8, UTF-16 nor GB18030, or it is cut off. Save it as "
        "CSV UTF-8 or .xlsx and send it again.",
        "无法识别文件的文字编码（不是 UTF-8、UTF-16 或 GB18030），或文件不完整。"
        "请另存为“CSV UTF-8”或 .xlsx 后重新上传。",
    )
