"""Registers as files and on paper: masked for everybody who reads them, whole for those who may, with their purpose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal
from zoneinfo import ZoneInfo

from common.audit.access import record_access
from common.audit.tree import short_head
from common.errors import Forbidden
from common.op import Op, usecase
from common.roles import Role
from common.site import settings_of
from common.tables.writing import Layout, write_csv_lines, write_layouts
from screening.domain.register import Content
from screening.domain.register_paper import (
    COLUMNS,
    EMPTY_LINES,
    WIDTHS,
    PaperLine,
    empty_facts_line,
    facts_line,
    paper_line,
    sign_line,
    title_of,
)
from screening.models import RegisterSeal, RegisterSignature
from screening.usecases.entrances import EntranceView, find_entrance
from screening.usecases.registers_rows import Stand, content_of, live_checks, sealed_content, sealed_rows, stand_of

Form = Literal["xlsx", "csv"]


@dataclass(frozen=True)
class Paper:
    """A register ready for paper. `erased`: lines whose content was destroyed when its time was up."""

    title: str
    place: EntranceView
    day: date | None
    lines: Sequence[PaperLine]
    erased: int
    seal: RegisterSeal | None
    signatures: Sequence[RegisterSignature]
    masked: bool

    @property
    def short_head(self) -> str | None:
        """The seal's head as it is printed; nothing before sealing."""
        return None if self.seal is None else short_head(bytes(self.seal.head))


@usecase
def paper_register(op: Op, *, site: str, entrance: str, day: date, unmask: bool = False, purpose: str = "") -> Paper:
    """A day's register for print: as it was sealed, or as it stands while it is open.

    Unmasked only for coordinators, for a guard on the day itself, and for an administrator of a trial; with a purpose,
    which goes to the access log and the audit log. Raises Forbidden, Invalid without a purpose, NotFound.
    """
    stand = stand_of(op, site, entrance, day)
    return _paper(op, stand, unmask, purpose, "register.printed_unmasked")


@usecase
def export_register(
    op: Op, *, site: str, entrance: str, day: date, form: Form, unmask: bool = False, purpose: str = ""
) -> tuple[str, bytes]:
    """(name, content) of a day's register as XLSX or CSV, in the layout that an import reads. Raises as for print."""
    stand = stand_of(op, site, entrance, day)
    paper = _paper(op, stand, unmask, purpose, "register.exported_unmasked")
    version = 0 if paper.seal is None else paper.seal.version
    facts = facts_line(day, stand.place.name, version=version, short_head=paper.short_head)
    names = [one.guard_name for one in paper.signatures]
    content = _file(paper.title, facts, [line.cells() for line in paper.lines], sign_line(day, names), day, form)
    return f"{stand.place.code}-{day}.{form}", content


@usecase(read=True)
def empty_form(op: Op, *, site: str, entrance: str) -> Paper:
    """The form without lines, for the day the power is out."""
    place = find_entrance(op, site=site, ref=entrance)
    return Paper(title_of(op.site(site).name), place, None, (), 0, None, (), masked=True)


@usecase(read=True)
def empty_file(op: Op, *, site: str, entrance: str, form: Form) -> tuple[str, bytes]:
    """(name, content) of the empty form as XLSX or CSV; filled in, it is read by an import."""
    place = find_entrance(op, site=site, ref=entrance)
    title = title_of(op.site(site).name)
    lines = [[number] for number in range(1, EMPTY_LINES + 1)] if form == "xlsx" else []
    content = _file(title, empty_facts_line(place.name), lines, sign_line(None), None, form)
    return f"{place.code}-form.{form}", content


@usecase(read=True)
def unmask_allowed(op: Op, *, site: str, day: date) -> bool:
    """Whether the caller may have the day's register unmasked."""
    return may_unmask(op, site, day)


def may_unmask(op: Op, site: str, day: date) -> bool:
    """Whether the caller may have the day's register unmasked."""
    if op.caller.holds(site, Role.COORDINATOR):
        return True
    if op.caller.holds(site, Role.MONITOR) and day == op.today(site):
        return True
    return op.caller.holds(site, Role.ADMIN) and settings_of(op.site(site)).admins_unmask


def _paper(op: Op, stand: Stand, unmask: bool, purpose: str, action: str) -> Paper:
    site, place = op.site(stand.place.site), stand.place
    if unmask and not may_unmask(op, place.site, stand.day):
        raise Forbidden(
            "register.unmask",
            "A guard has today's register only unmasked: ask the coordination group.",
            "监测员只能取得当日登记表的完整信息:请联系综合协调组。",
        )
    contents: Sequence[Content | None]
    seal = None
    if stand.register is not None and stand.version:
        contents = [sealed_content(row) for row in sealed_rows(op, stand.register)]
        seal = stand.seals[-1]
    else:
        contents = [content_of(check) for check in live_checks(op, place.site, place.id, stand.day)]
    zone = ZoneInfo(site.timezone)
    lines = [
        paper_line(content, number, zone, masked=not unmask)
        for number, content in enumerate(contents, 1)
        if content is not None
    ]
    if unmask:
        subject = f"register:{place.id}:{stand.day}"
        record_access(
            op.db,
            site=place.site,
            at=op.now,
            actor=op.caller.id,
            purpose=purpose,
            subject=subject,
            field="particulars",
        )
        op.audit(action, site=place.site, subject=subject, particulars={"rows": len(lines), "purpose": purpose.strip()})
    erased = len(contents) - len(lines)
    return Paper(title_of(site.name), place, stand.day, lines, erased, seal, stand.signatures, masked=not unmask)


def _file(
    title: str, facts: str, lines: Sequence[Sequence[object]], signed: str, day: date | None, form: Form
) -> bytes:
    body = [*lines, [signed]]
    if form == "csv":
        return write_csv_lines([[title], [facts], list(COLUMNS), *body])
    name = "登记表" if day is None else f"{day.month}.{day.day}"
    return write_layouts([Layout(name, [[title], [facts]], [list(COLUMNS)], body, list(WIDTHS))], landscape=True)
