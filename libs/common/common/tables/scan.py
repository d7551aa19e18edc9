"""A first pass over the XML of a workbook: how far its cells reach, and which of them hold an error.

The spreadsheet reader makes room for the whole rectangle between its outermost cells, so that a stray cell in a small
file would take all memory; and it gives failed formulas as empty cells, which would make an error look like nothing.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, field
from xml.parsers import expat

from common.tables.archive import damaged, too_large
from common.tables.cells import Limits

_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_SHEETS_AT_MOST = 2**31


@dataclass(slots=True)
class Found:
    """What the pass found: the rows and columns reached, and errors by (row, column), both from 0."""

    rows: int = 0
    columns: int = 0
    errors: dict[tuple[int, int], str] = field(default_factory=dict)

    def reach(self, row: int, column: int, limits: Limits) -> None:
        """Takes note of a cell that holds something; raises Unreadable `tables.too_large` when it lies too far out."""
        self.rows = max(self.rows, row + 1)
        self.columns = max(self.columns, column + 1)
        if self.rows > limits.rows or self.columns > limits.columns or self.rows * self.columns > limits.cells:
            raise too_large()


def parse(body: bytes, parser: expat.XMLParserType) -> None:
    """Runs `parser` over `body`; document types are refused (they are how XML bombs are made)."""

    def refuse(*_: object) -> None:
        raise damaged()

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    try:
        parser.Parse(body, True)
    except (expat.ExpatError, UnicodeError):
        raise damaged() from None


def sheet_parts(parts: dict[str, bytes]) -> dict[str, str]:
    """The part of each sheet of an XLSX, by the sheet's name. Raises Unreadable `tables.damaged`."""
    workbook = next((name for name in parts if name.lower() == "xl/workbook.xml"), None)
    relations = next((name for name in parts if name.lower() == "xl/_rels/workbook.xml.rels"), None)
    if workbook is None or relations is None:
        raise damaged()
    targets: dict[str, str] = {}
    sheets: dict[str, str] = {}

    def relation(name: str, attributes: dict[str, str]) -> None:
        if _local(name) == "Relationship" and attributes.get("TargetMode") != "External":
            target = attributes.get("Target", "")
            path = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join("xl", target))
            targets[attributes.get("Id", "")] = path

    def sheet(name: str, attributes: dict[str, str]) -> None:
        if _local(name) == "sheet":
            ident = next((value for key, value in attributes.items() if _local(key) == "id"), "")
            sheets[attributes.get("name", "")] = targets.get(ident, "")

    for part, handler in ((relations, relation), (workbook, sheet)):
        parser = expat.ParserCreate()
        parser.StartElementHandler = handler
        parse(parts[part], parser)
    return sheets


def scan_xlsx_sheet(body: bytes, limits: Limits) -> Found:
    """The reach and the errors of one sheet of an XLSX. A cell counts once it holds a value, not for its formatting."""
    found = Found()
    at = [-1, -1]
    in_error = False
    text: list[str] = []
    parser = expat.ParserCreate()

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal in_error
        if name == "c" or name.endswith(":c"):
            reference = attributes.get("r")
            if reference is None:
                at[1] += 1
            else:
                at[0], at[1] = _position(reference)
            in_error = attributes.get("t") == "e"
        elif name in ("v", "is") or name.endswith((":v", ":is")):
            found.reach(at[0], at[1], limits)
            if in_error:
                text.clear()
                parser.CharacterDataHandler = text.append
        elif name == "row" or name.endswith(":row"):
            number = attributes.get("r", "")
            at[0] = int(number) - 1 if number.isdecimal() else at[0] + 1
            at[1] = -1

    def end(name: str) -> None:
        if in_error and (name == "v" or name.endswith(":v")):
            found.errors[at[0], at[1]] = "".join(text).strip() or "#VALUE!"
            parser.CharacterDataHandler = None

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parse(body, parser)
    return found


def scan_ods(body: bytes, limits: Limits) -> list[Found]:
    """The reach and errors of each sheet of an ODS, in order. A cell counts, as often as it is repeated, once it has a
    value."""
    founds: list[Found] = []
    row = next_row = column = 0
    at_error: tuple[int, int] | None = None
    text: list[str] = []
    parser = expat.ParserCreate()

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal row, next_row, column, at_error
        local = _local(name)
        if local == "table":
            founds.append(Found())
            next_row = 0
        elif local == "table-row":
            row, column = next_row, 0
            next_row += _count(attributes.get("table:number-rows-repeated"))
        elif local in ("table-cell", "covered-table-cell") and founds:
            column += _count(attributes.get("table:number-columns-repeated"))
            if any(key.endswith(("value-type", ":formula")) for key in attributes):
                founds[-1].reach(next_row - 1, column - 1, limits)
            if attributes.get("calcext:value-type") == "error":
                at_error = (row, column - 1)
                text.clear()
                parser.CharacterDataHandler = text.append

    def end(name: str) -> None:
        nonlocal at_error
        if at_error is not None and _local(name) == "table-cell":
            founds[-1].errors[at_error] = "".join(text).strip() or "#VALUE!"
            parser.CharacterDataHandler = None
            at_error = None

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parse(body, parser)
    return founds


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _count(text: str | None) -> int:
    if text is None:
        return 1
    if not text.isdecimal() or int(text) > _SHEETS_AT_MOST:
        raise damaged()
    return max(int(text), 1)


def _position(reference: str) -> tuple[int, int]:
    matched = _REFERENCE.fullmatch(reference.upper())
    if matched is None:
        raise damaged()
    column = 0
    for letter in matched[1]:
        column = column * 26 + ord(letter) - 64
    return int(matched[2]) - 1, column - 1
