"""The sample files, and files of every kind made for a test."""

from __future__ import annotations

import io
import json
import struct
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

SAMPLES = Path(__file__).resolve().parents[3] / ".." / "shared" / "samples"


@pytest.fixture(scope="session")
def samples() -> Path:
    """The folder of sample files, which lies beside the checkout."""
    if not SAMPLES.is_dir():
        pytest.fail("The sample files are missing: they belong in ../shared/samples beside the checkout.")
    return SAMPLES


@pytest.fixture(scope="session")
def expected(samples: Path) -> dict[str, Any]:
    """What an import of each sample must give, by file."""
    loaded: dict[str, Any] = json.loads((samples / "expected.json").read_text(encoding="utf-8"))
    return loaded


Fill = Callable[[Any, Any], None]


@pytest.fixture
def workbook() -> Callable[[Fill], bytes]:
    """Makes an XLSX: the function given fills the workbook and its first sheet."""

    def make(fill: Fill) -> bytes:
        out = io.BytesIO()
        with xlsxwriter.Workbook(out, {"strings_to_formulas": False}) as book:
            fill(book, book.add_worksheet("表"))
        return out.getvalue()

    return make


@pytest.fixture
def ole() -> Callable[[dict[str, bytes]], bytes]:
    """Makes an OLE container with the streams given (MS-CFB, version 3)."""
    return make_ole


def make_ole(streams: dict[str, bytes]) -> bytes:
    """An OLE container: one FAT sector, one directory chain, streams padded over the mini-stream border."""
    fat = [0xFFFFFFFD]
    sectors: list[bytes] = []

    def chain(body: bytes) -> int:
        pieces = [body[at : at + 512].ljust(512, b"\0") for at in range(0, len(body), 512)]
        first = len(fat)
        fat.extend(range(first + 1, first + len(pieces)))
        fat.append(0xFFFFFFFE)
        sectors.extend(pieces)
        return first

    def entry(name: str, kind: int, start: int, size: int, child: int, right: int) -> bytes:
        encoded = (name + "\0").encode("utf-16-le")
        return struct.pack(
            "<64sHBBIII16sIQQIQ", encoded, len(encoded), kind, 1, 0xFFFFFFFF, right, child, b"", 0, 0, 0, start, size
        )

    names = sorted(streams, key=lambda name: (len(name), name.upper()))
    bodies = {name: streams[name].ljust(4096, b"\0") for name in names}
    starts = {name: chain(bodies[name]) for name in names}
    directory = entry("Root Entry", 5, 0xFFFFFFFE, 0, 1, 0xFFFFFFFF)
    for place, name in enumerate(names, 1):
        directory += entry(
            name, 2, starts[name], len(bodies[name]), 0xFFFFFFFF, place + 1 if place < len(names) else 0xFFFFFFFF
        )
    start = chain(directory)
    header = struct.pack(
        "<8s16sHHHHH6sIIIIIIIII", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"", 0x3E, 3, 0xFFFE, 9, 6, b"",
        0, 1, start, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0,
    )  # fmt: skip
    difat = struct.pack("<109I", 0, *[0xFFFFFFFF] * 108)
    table = struct.pack("<128I", *(fat + [0xFFFFFFFF] * (128 - len(fat))))
    return header + difat + table + b"".join(sectors)


MOMENTS = (date(2021, 3, 1), datetime.combine(date(2021, 3, 1), time(8, 35)), time(8, 35), timedelta(hours=30))
