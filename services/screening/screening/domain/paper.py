"""Paper forms kept in a spreadsheet: which sheets are registers or staff lists, and what each line says.

Nothing is guessed: a line that can't be read for certain is refused with its reason (facts: readings, files).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import time
from decimal import Decimal
from typing import Literal

from common.civil.day import parse_clock
from common.errors import Invalid
from common.protocol import EntranceRules
from common.tables import (
    Cell,
    CellError,
    FormFacts,
    Header,
    Sheet,
    Unreadable,
    cell_text,
    find_header,
    form_facts,
    is_blank,
    is_footer,
)
from screening.domain.decision import read_temperature
from screening.domain.paper_words import (
    ABSENT,
    COLUMNS,
    ONLY_IN_REGISTERS,
    REFUSED,
    REQUIRED,
    VOIDED,
    WITH_MASK,
    WITHOUT_MASK,
)

Kind = Literal["register", "staff_temperatures"]
Outcome = Literal["check", "refused", "not_measured", "skip"]


@dataclass(frozen=True)
class PaperTable:
    """A sheet that was recognised: what kind of list, its header, and what its title lines say."""

    sheet: Sheet
    kind: Kind
    header: Header
    facts: FormFacts


@dataclass(slots=True)
class PaperRow:
    """A line of a table, in the types of a check; `fault` and `field` say why it is none."""

    table: int
    line: int
    outcome: Outcome = "check"
    fault: Invalid | None = None
    field: str = ""
    name: str | None = None
    document_type: str | None = None
    document_number: Cell = None
    phone: Cell = None
    staff_number: str | None = None
    company: str | None = None
    purpose: str | None = None
    reading: Decimal | None = None
    refused_measurement: bool = False
    mask: bool | None = None
    mask_unsaid: bool = False
    """The form asks for the mask and the line leaves it open."""
    entered: time = time()
    left: time | None = None


def recognise(sheets: Sequence[Sheet]) -> tuple[list[PaperTable], list[str]]:
    """The sheets that are registers or staff temperature lists, and the names of other sheets that are not blank.

    Raises Unreadable if there is none, for a column that stands twice, and for lists of both kinds in one file.
    """
    tables: list[PaperTable] = []
    others: list[str] = []
    first: Unreadable | None = None
    for sheet in sheets:
        if all(is_blank(cells) for _, cells in sheet):
            continue
        try:
            header = find_header(sheet, COLUMNS, REQUIRED)
            if not header.columns.keys() & {"name", "staff_number"}:
                raise _nobody()
        except Unreadable as wrong:
            if wrong.code != "tables.header_missing":
                raise
            first = first or wrong
            others.append(sheet.name)
            continue
        tables.append(PaperTable(sheet, _kind(header), header, form_facts(header.above)))
    if not tables:
        raise first or Unreadable("tables.empty", "The file is empty.", "文件是空的。")
    if len({table.kind for table in tables}) > 1:
        raise Unreadable(
            "paper.two_kinds",
            "The file holds a register and a staff list on different sheets: send them as two files.",
            "文件中既有登记表又有职工测温表:请分成两个文件上传。",
        )
    return tables, others


def read_rows(table: PaperTable, place: int, rules: EntranceRules) -> Iterator[PaperRow]:
    """The lines of a table from the first under its header, readings judged by `rules`. Blank lines are left out, and
    those that hold a printed serial number alone."""
    for line, cells in table.header.data(table.sheet):
        if not is_footer(cells) and is_blank([table.header.get(cells, name) for name in table.header.columns]):
            continue
        row = PaperRow(place, line)
        if is_footer(cells) or _is_header_again(table.header, cells):
            row.outcome = "skip"
        else:
            try:
                _read(row, table, cells, rules)
            except Invalid as wrong:
                row.outcome, row.fault, row.field = "refused", wrong, wrong.field or ""
        yield row


def _kind(header: Header) -> Kind:
    staff = "staff_number" in header.columns and not header.columns.keys() & ONLY_IN_REGISTERS
    return "staff_temperatures" if staff else "register"


def _read(row: PaperRow, table: PaperTable, cells: Sequence[Cell], rules: EntranceRules) -> None:
    header = table.header
    remark = _text(header, cells, "remark") or ""
    if remark.startswith(VOIDED):
        row.outcome = "skip"
        return
    row.name, row.staff_number = _text(header, cells, "name"), _text(header, cells, "staff_number")
    if row.name is None and row.staff_number is None:
        raise Invalid("name.empty", "The name is empty.", "姓名为空。", field="name")
    if table.kind == "staff_temperatures" and row.staff_number is None:
        raise Invalid("paper.no_number", "The staff number is empty.", "工号为空。", field="staff_number")
    row.document_type = _text(header, cells, "document_type")
    row.document_number, row.phone = _cell(header, cells, "document_number"), _cell(header, cells, "phone")
    row.company, row.purpose = _text(header, cells, "company"), _text(header, cells, "purpose")
    _read_reading(row, _cell(header, cells, "reading"), remark, rules, staff_list=table.kind == "staff_temperatures")
    if row.outcome == "not_measured":
        return
    row.mask, row.mask_unsaid = _mask(_cell(header, cells, "mask")), False
    row.mask_unsaid = row.mask is None and "mask" in header.columns
    entered = _clock(header, cells, "entered")
    if entered is None:
        raise Invalid(
            "paper.no_time",
            "{title} is empty: when was it?",
            "{title}为空:请填写时间。",
            field="entered",
            title=header.title("entered"),
        )
    row.entered, row.left = entered, _clock(header, cells, "left")
    if row.left is not None and row.left < row.entered:
        raise Invalid(
            "departed_at.before",
            "The time of leaving {left} is before the time of entering {entered}.",
            "离开时间 {left} 早于进入时间 {entered}。",
            field="left",
            left=cell_text(row.left),
            entered=cell_text(row.entered),
        )


def _read_reading(row: PaperRow, cell: Cell, remark: str, rules: EntranceRules, *, staff_list: bool) -> None:
    text = cell_text(cell)
    if REFUSED.search(text):
        row.refused_measurement = True
        return
    if staff_list and (not text or text in ABSENT) and not REFUSED.search(remark):
        row.outcome, row.field = "not_measured", "reading"
        row.fault = Invalid(
            "paper.not_measured",
            "No reading: not measured, never 0.",
            "体温为空:记为未测,不记为0。",
            field="reading",
        )
        return
    row.reading = read_temperature(cell, rules)
    row.refused_measurement = bool(REFUSED.search(remark))
    if row.reading is None and not row.refused_measurement:
        raise Invalid(
            "paper.no_reading",
            "The temperature is empty and the remark does not say that measurement was refused: not measured, never 0.",
            "体温为空,备注也未写“拒测”:记为未测,不记为0。",
            field="reading",
        )


def _mask(cell: Cell) -> bool | None:
    text = unicodedata.normalize("NFKC", cell_text(cell)).strip().lower()
    if not text:
        return None
    if text in WITH_MASK:
        return True
    if text in WITHOUT_MASK:
        return False
    raise Invalid(
        "paper.mask",
        "Mask: '{value}' is neither yes nor no; write 是 or 否.",
        "口罩一栏“{value}”不是“是”或“否”,请改写。",
        field="mask",
        value=text[:20],
    )


def _clock(header: Header, cells: Sequence[Cell], name: str) -> time | None:
    cell = _cell(header, cells, name)
    try:
        return parse_clock(cell)
    except Invalid as wrong:
        said = Invalid(
            wrong.code,
            "{title}: " + wrong.en.replace("{", "{{").replace("}", "}}"),
            "{title}:" + wrong.zh.replace("{", "{{").replace("}", "}}"),
            field=name,
            title=header.title(name),
        )
        raise said from None


def _text(header: Header, cells: Sequence[Cell], name: str) -> str | None:
    return cell_text(_cell(header, cells, name)) or None


def _cell(header: Header, cells: Sequence[Cell], name: str) -> Cell:
    cell = header.get(cells, name)
    if isinstance(cell, CellError):
        raise Invalid(
            "paper.formula",
            "{title}: the formula in the cell failed ({error}): write the value itself.",
            "{title}:单元格公式出错({error}),请直接填写内容。",
            field=name,
            title=header.title(name),
            error=cell.code,
        )
    return cell


def _is_header_again(header: Header, cells: Sequence[Cell]) -> bool:
    """Whether the header was repeated in the middle, as at the top of a printed page."""
    found = [cell_text(header.get(cells, name)) == header.title(name) for name in header.columns]
    return all(found)


def _nobody() -> Unreadable:
    return Unreadable(
        "tables.header_missing",
        "The table has no column for the name or the staff number.",
        "表格中没有“姓名”或“工号”列。",
    )
