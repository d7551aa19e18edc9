"""What a staff list would change: worked out before anything is written, for a dry run as for the real one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import select

from common.errors import Conflict, Forbidden, SizaoError
from common.ids import new_id
from common.op import Op
from coordination.domain.chart import cycle_through, is_head_post, is_leadership
from coordination.domain.staff_list import StaffLine, Vacancy
from coordination.domain.superiors import Candidate, People
from coordination.models import GroupMember, Person, Section
from coordination.usecases.particulars import document_index


@dataclass
class Entry:
    """A line on its way in: whom it means, and who his superior is."""

    line: StaffLine
    person_id: str
    known: Person | None
    superior_id: str | None = None
    warning: SizaoError | None = None


@dataclass
class Plan:
    """What the lines of a list mean for the people of the site."""

    entries: list[Entry] = field(default_factory=list)
    refused: list[tuple[StaffLine, str, SizaoError]] = field(default_factory=list)
    vacancies: list[tuple[Vacancy, str | None]] = field(default_factory=list)
    """Vacant posts with the superior that they name."""


def make_plan(op: Op, site: str, lines: list[StaffLine], vacancies: list[Vacancy], columns: Iterable[str]) -> Plan:
    """Matches lines with people (document first, then staff number), finds superiors, refuses what contradicts."""
    plan = Plan()
    known = list(op.db.scalars(select(Person).where(Person.site == site, Person.kind != "account")))
    _match(plan, site, lines, known)
    if "groups" in columns:
        _refuse_own_groups(op, plan, site)
    people = _everybody(op, site, plan, known)
    with_superiors = "superior" in columns
    for entry in plan.entries:
        meant = people.meant(entry.line.superior, entry.line.section) if with_superiors else None
        if isinstance(meant, SizaoError):
            entry.warning = meant
        elif meant is not None:
            entry.superior_id = meant.key
    if with_superiors:
        _refuse_cycles(plan, known)
    for vacancy in vacancies:
        meant = people.meant(vacancy.superior, vacancy.section)
        plan.vacancies.append((vacancy, meant.key if isinstance(meant, Candidate) else None))
    return plan


def _match(plan: Plan, site: str, lines: list[StaffLine], known: list[Person]) -> None:
    by_number = {person.staff_number: person for person in known if person.staff_number}
    by_document = {person.document_index: person for person in known if person.document_index}
    numbers: dict[str, int] = {}
    documents: dict[bytes, int] = {}
    for line in lines:
        index = document_index(site, line.document) if line.document else None
        twice = numbers.get(line.staff_number)
        if twice is not None:
            plan.refused.append((line, "staff_number", _twice("工号", "staff number", twice)))
            continue
        twice = documents.get(index) if index else None
        if twice is not None:
            plan.refused.append((line, "document_number", _twice("证件号码", "document", twice)))
            continue
        by_paper = by_document.get(index) if index else None
        by_count = by_number.get(line.staff_number)
        if problem := _contradiction(line, by_paper, by_count, has_document=index is not None):
            plan.refused.append((line, "staff_number", problem))
            continue
        numbers[line.staff_number] = line.line
        if index:
            documents[index] = line.line
        person = by_paper or by_count
        plan.entries.append(Entry(line, person.id if person else new_id(), person))


def _contradiction(
    line: StaffLine, by_paper: Person | None, by_count: Person | None, *, has_document: bool
) -> SizaoError | None:
    if by_count is None or by_paper is by_count:
        return None
    other_paper = has_document and by_count.document_index is not None
    if by_paper is not None or (other_paper and by_count.name != line.name):
        return Conflict(
            "staff_number.other",
            "Staff number {number} is that of {name}, whose document is another.",
            "工号 {number} 属于{name}，证件与本行不同。",
            number=line.staff_number,
            name=by_count.name,
        )
    if by_count.name != line.name and not has_document:
        return Conflict(
            "staff_number.name",
            "Staff number {number} is that of {name}, not of {given}.",
            "工号 {number} 属于{name}，不是{given}。",
            number=line.staff_number,
            name=by_count.name,
            given=line.name,
        )
    return None


def _refuse_own_groups(op: Op, plan: Plan, site: str) -> None:
    """Nobody gives himself roles, and a list that he sends in is no way around it."""
    own = op.caller.id.partition(":")[2]
    mine = next((entry for entry in plan.entries if entry.person_id == own), None)
    if mine is None:
        return
    rows = op.db.scalars(select(GroupMember).where(GroupMember.site == site, GroupMember.person_id == own))
    if {(row.group_code, row.position) for row in rows} != set(mine.line.groups):
        plan.entries.remove(mine)
        problem = Forbidden(
            "grant.own",
            "The line changes the groups of whoever sends the list: another administrator has to.",
            "该行变更了导入者本人的工作组：请由另一名管理员办理。",
        )
        plan.refused.append((mine.line, "groups", problem))


def _everybody(op: Op, site: str, plan: Plan, known: list[Person]) -> People:
    sections = {one.id: one for one in op.db.scalars(select(Section).where(Section.site == site))}
    listed = {entry.person_id for entry in plan.entries}
    candidates = [
        Candidate(entry.person_id, entry.line.staff_number, entry.line.name, entry.line.section,
                  is_leadership(entry.line.section) or is_head_post(entry.line.post))
        for entry in plan.entries
    ]  # fmt: skip
    for person in known:
        if person.id not in listed and person.active:
            section = sections.get(person.section_id or "")
            leads = is_head_post(person.post) or (section is not None and section.leadership)
            candidates.append(
                Candidate(person.id, person.staff_number or "", person.name, section.name if section else "", leads)
            )
    return People(candidates)


def _refuse_cycles(plan: Plan, known: list[Person]) -> None:
    superiors: dict[str, str | None] = {person.id: person.superior_id for person in known}
    superiors.update({entry.person_id: entry.superior_id for entry in plan.entries})
    circling = [entry for entry in plan.entries if cycle_through(entry.person_id, superiors) is not None]
    for entry in circling:
        plan.entries.remove(entry)
        plan.refused.append(
            (
                entry.line,
                "superior",
                Conflict(
                    "chart.cycle",
                    "The chain of superiors comes back to {name} himself.",
                    "上级关系形成循环，最终回到{name}本人。",
                    name=entry.line.name,
                ),
            )
        )


def _twice(zh: str, en: str, line: int) -> Conflict:
    return Conflict(
        "list.twice",
        "The {what} stands on line {line} already.",
        "{what_zh}与第{line}行重复。",
        what=en,
        what_zh=zh,
        line=line,
    )
