"""The first pass over an old XLS workbook: password, reach and errors (MS-XLS records in an OLE container)."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator

import olefile

from common.tables.archive import damaged, encrypted
from common.tables.cells import Limits
from common.tables.scan import Found

SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_BOF, _BOUNDSHEET, _FILEPASS = 0x0809, 0x0085, 0x002F
_BOOLERR, _FORMULA, _MULRK = 0x0205, 0x0006, 0x00BD
_SINGLE = frozenset((0x0203, 0x00FD, 0x027E, 0x0204, _BOOLERR, _FORMULA))
_ERRORS = {0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A"}


def scan_xls(data: bytes, limits: Limits) -> list[Found]:
    """The reach and errors of each sheet, in the workbook's order. Raises Unreadable `tables.encrypted`, `.damaged`,
    `.too_large`."""
    stream = _workbook_stream(data)
    try:
        starts: list[int] = []
        for kind, body, _ in _records(stream, 0):
            if kind == _FILEPASS:
                raise encrypted()
            if kind == _BOUNDSHEET:
                starts.append(struct.unpack_from("<I", body)[0])
        return [_scan_sheet(stream, start, limits) for start in starts]
    except struct.error:
        raise damaged() from None


def _workbook_stream(data: bytes) -> bytes:
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as container:
            if container.exists("EncryptedPackage"):
                raise encrypted()
            for name in ("Workbook", "Book"):
                if container.exists(name):
                    return bytes(container.openstream(name).read())
    except (OSError, ValueError, IndexError, struct.error):
        raise damaged() from None
    raise damaged()


def _records(stream: bytes, start: int) -> Iterator[tuple[int, bytes, int]]:
    """The records of one substream, up to its end."""
    at, depth = start, 0
    while at + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, at)
        yield kind, stream[at + 4 : at + 4 + size], at
        at += 4 + size
        if kind == _BOF:
            depth += 1
        elif kind == 0x000A:
            depth -= 1
            if depth <= 0:
                return


def _scan_sheet(stream: bytes, start: int, limits: Limits) -> Found:
    found = Found()
    for kind, body, _ in _records(stream, start):
        if kind in _SINGLE:
            row, column = struct.unpack_from("<HH", body)
            found.reach(row, column, limits)
            if kind == _BOOLERR and body[7]:
                found.errors[row, column] = _ERRORS.get(body[6], "#VALUE!")
            elif kind == _FORMULA and body[6] == 2 and body[12:14] == b"\xff\xff":
                found.errors[row, column] = _ERRORS.get(body[8], "#VALUE!")
        elif kind == _MULRK:
            row = struct.unpack_from("<H", body)[0]
            found.reach(row, struct.unpack_from("<H", body, len(body) - 2)[0], limits)
    return found
