"""What came of a file: its counts, its notes, and the lines to be looked at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from common.errors import SizaoError
from common.tables import Row
from screening.domain.paper import Kind, PaperRow, PaperTable
from screening.domain.paper_cells import cell_out
from screening.domain.reasons import words_of
from screening.usecases.imports_places import Place, Words
from screening.usecases.imports_plan import Measured, Planned, agrees, conflict
from screening.usecases.imports_store import Listed
from screening.usecases.overview import NotMeasured
from screening.usecases.recording import Recorded

WARNINGS = {"low_reading": "reading", "name_differs": "name"}
"""Advice that an import's answer lists as a warning, and the field it is about."""
DECIDED = {"admit": "admitted", "refuse": "denied", "hold": "held"}
COUNTED = (
    "accepted",
    "refused",
    "not_measured",
    "unchanged",
    "warnings",
    "fevers",
    "denied",
    "held",
    "admitted",
    "skipped",
    "late",
    "never_measured",
)
"""The counts of an import's answer, each 0 where there is none."""
MASK_UNSAID = Words("口罩一栏为空,未判断是否佩戴口罩", "The mask is left open: it was not judged")
NAMED_NUMBERS = 20

FIELDS = {
    "person.name": "name",
    "person.document_type": "document_type",
    "person.document_number": "document_number",
    "person.phone": "phone",
    "person.staff_number": "staff_number",
    "person.company": "company",
    "refused_measurement": "remark",
    "measured_at": "entered",
    "departed_at": "left",
}
"""How a line's fields are called, by how a check's are."""


@dataclass
class Outcome:
    """What came of a file. `counts`: accepted (of them admitted, denied, held, fevers, late), unchanged, refused,
    not_measured, skipped, warnings; for staff lists never_measured, the site's staff without a reading that day."""

    kind: Kind
    places: Sequence[Place]
    dry_run: bool
    import_id: str | None = None
    counts: Counter[str] = field(default_factory=Counter)
    notes: list[Words] = field(default_factory=list)
    lines: list[Listed] = field(default_factory=list)


@dataclass
class Tally:
    """Counts a file's lines one by one."""

    out: Outcome
    tables: Sequence[PaperTable]
    faults: list[tuple[PaperRow, SizaoError]] = field(default_factory=list)
    measured_staff: set[str] = field(default_factory=set)

    def skip(self) -> None:
        """A line without data: a signature, a repeated header, a voided entry."""
        self.out.counts["skipped"] += 1

    def fault(self, row: PaperRow, wrong: SizaoError) -> None:
        """A line that was refused or tells that nobody measured."""
        self.faults.append((row, wrong))
        self.out.counts["not_measured" if row.outcome == "not_measured" else "refused"] += 1

    def answer(self, one: Planned, answer: Recorded | SizaoError) -> bool:
        """A line's check was recorded or refused; says whether it is stored now."""
        if isinstance(answer, SizaoError):
            self.fault(one.row, conflict() if answer.code == "key.other_content" else answer)
            return False
        if answer.again:
            self.out.counts["unchanged"] += 1
            return True
        found = Counter({"accepted": 1, "fevers": int(answer.fever), DECIDED[answer.decision]: 1})
        found["late"] = int("late" in answer.advice)
        self.out.counts += found
        if answer.person_ref is not None and one.row.reading is not None:
            self.measured_staff.add(answer.person_ref.rpartition(":")[2])
        self._warn(one, answer.advice)
        return True

    def stored_before(self, one: Planned, stored: Measured, line: int | None = None) -> None:
        """A line whose person and time are stored already (or stand at `line`): the same, or a conflict."""
        if not agrees(one.measured, stored):
            self.fault(one.row, conflict(line))
            return
        self.out.counts["unchanged"] += 1
        reading, rules = one.row.reading, self.out.places[one.row.table].rules
        self._warn(one, ("low_reading",) if reading is not None and reading < rules.retest_below else ())

    def never_measured(self, missing: Sequence[NotMeasured]) -> None:
        """Staff of the site without a reading on the day of a staff list."""
        self.out.counts["never_measured"] = len(missing)
        if missing:
            day = self.out.places[0].day
            more = " …" if len(missing) > NAMED_NUMBERS else ""
            named = "、".join(one.staff_number for one in missing[:NAMED_NUMBERS]) + more
            zh = f"{day} 当天本单位有 {len(missing)} 名职工没有体温记录,工号:{named}"
            self.out.notes.append(Words(zh, f"{len(missing)} staff of the site have no reading on {day}: {named}"))

    def finish(self) -> Outcome:
        """The whole, with faults and their cells among the lines that are told, in the file's order."""
        wanted = {(row.table, row.line) for row, _ in self.faults}
        cells: dict[tuple[int, int], Row] = {}
        for number in {place for place, _ in wanted}:
            cells.update({(number, row[0]): row for row in self.tables[number].sheet if (number, row[0]) in wanted})
        for row, wrong in self.faults:
            name = FIELDS.get(wrong.field or "", wrong.field or row.field)
            outcome = "not_measured" if row.outcome == "not_measured" else "refused"
            kept = [cell_out(cell) for cell in cells[row.table, row.line][1]]
            self._list(row, outcome, name, wrong.code, Words(wrong.zh, wrong.en), kept)
        order = {table.sheet.name: number for number, table in enumerate(self.tables)}
        self.out.lines.sort(key=lambda one: (order[one.sheet], one.line))
        if late := self.out.counts["late"]:
            zh = f"{late} 条记录所属日期的登记表已封存:更正补签后才计入登记表。"
            en = f"{late} checks came after their day's register was sealed: amend it to take them in."
            self.out.notes.append(Words(zh, en))
        return self.out

    def _warn(self, one: Planned, advice: Sequence[str]) -> None:
        found: list[tuple[str, str, Words]] = []
        for code in advice:
            if code in WARNINGS:
                said = words_of(code)
                found.append((WARNINGS[code], code, Words(said.zh, said.en)))
        if one.row.mask_unsaid and not one.row.refused_measurement:
            found.append(("mask", "mask_unsaid", MASK_UNSAID))
        if found:
            words = Words(";".join(each[2].zh for each in found), "; ".join(each[2].en for each in found))
            self.out.counts["warnings"] += 1
            self._list(one.row, "warning", found[0][0], found[0][1], words, None)

    def _list(
        self, row: PaperRow, outcome: str, name: str, code: str, words: Words, cells: list[list[object]] | None
    ) -> None:
        self.out.lines.append(Listed(self.tables[row.table].sheet.name, row.line, outcome, name, code, words, cells))
