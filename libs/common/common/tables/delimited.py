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
_PLAIN_CONTROLS = frozenset("\t\r\n\v\f\x1a")


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
        return _from_gb18030(data)
    except UnicodeDecodeError:
        raise _encoding() from None


def _plain(text: str) -> str:
    """`text` unless control characters tell that it is none."""
    if any(character < " " and character not in _PLAIN_CONTROLS for character in set(text)):
        raise Unreadable(
            "tables.not_a_table",
            "The file is not a table: send .xlsx, .xls, .ods or .csv.",
            "文件不是表格：请上传 .xlsx、.xls、.ods 或 .csv 文件。",
        )
    return text


def _from_gb18030(data: bytes) -> str:
    """GB18030 gives a code point to nearly any bytes: those that nobody has assigned (but rare ideographs, which this
    Python may not know yet) tell of another encoding."""
    text = _plain(data.decode("gb18030"))
    for character in set(text):
        strange = unicodedata.category(character) == "Cn" and not 0x20000 <= ord(character) < 0x40000
        if strange or "\x80" <= character < "\xa0":
            raise _encoding()
    return text


def _delimiter(text: str) -> str:
    """The delimiter that gives most of the first records the same number of cells, at least two, and more than half of
    them; the wider table, then comma, tab, semicolon, decide between equals."""
    best, best_score = _DELIMITERS[0], (0, 0)
    for delimiter in _DELIMITERS:
        try:
            first = [record for record in itertools.islice(_records(text, delimiter), _PROBED) if any(record)]
        except Unreadable:  # Quotes that make no sense with this delimiter.
            continue
        widths = Counter(len(record) for record in first)
        several = [(count, width) for width, count in widths.items() if width > 1 and 2 * count > widths.total()]
        if several and max(several) > best_score:
            best, best_score = delimiter, max(several)
    return best


def _records(text: str, delimiter: str) -> Iterator[list[str]]:
    csv.field_size_limit(_LONGEST_CELL)
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    except csv.Error:
        raise Unreadable(
            "tables.quotes",
            "A quotation mark in the file is not closed or stands in the wrong place. "
            "Open it in the spreadsheet program and save it again.",
            "文件中的引号未闭合或位置不对。请用表格软件打开后重新保存。",
        ) from None


def _encoding() -> Unreadable:
    return Unreadable(
        "tables.encoding",
        "The text of the file cannot be read: it is neither UTF-8, UTF-16 nor GB18030, or it is cut off. Save it as "
        "CSV UTF-8 or .xlsx and send it again.",
        "无法识别文件的文字编码（不是 UTF-8、UTF-16 或 GB18030），或文件不完整。"
        "请另存为“CSV UTF-8”或 .xlsx 后重新上传。",
    )
