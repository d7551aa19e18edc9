"""Writes what a staff list changes; whatever stands as the list says stays untouched and is told to nobody."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from common.ids import new_id
from common.op import Op
from coordination.domain.chart import is_head_post
from coordination.domain.groups import LEADER
from coordination.models import GroupMember, LeaveDays, Person, Section, WorkGroup
from coordination.usecases.chart import DEPUTY, HEAD, SUPERIOR, hold, make_section, set_holder
from coordination.usecases.directory import tell_groups, tell_people
from coordination.usecases.import_plan import Entry, Plan
from coordination.usecases.particulars import document_index, set_document, set_name, set_phone
from coordination.usecases.roles import follow_groups


class Present:
    """The site as it stands before a list is taken in."""

    def __init__(self, op: Op, site: str) -> None:
        self.sections = {one.name: one for one in op.db.scalars(select(Section).where(Section.site == site))}
        self.members: dict[str, set[tuple[str, str]]] = {}
        for row in op.db.scalars(select(GroupMember).where(GroupMember.site == site)):
            self.members.setdefault(row.person_id, set()).add((row.group_code, row.position))
        self.leaves: dict[str, set[tuple[date, date]]] = {}
        for leave in op.db.scalars(select(LeaveDays).where(LeaveDays.site == site)):
            self.leaves.setdefault(leave.person_id, set()).add((leave.first_day, leave.last_day))


def differences(entry: Entry, present: Present, columns: frozenset[str]) -> set[str]:
    """Which columns of a line say otherwise than what stands; `new` for a person who is not known."""
    person, line = entry.known, entry.line
    if person is None:
        return {"new"}
    section = present.sections.get(line.section)
    document = document_index(person.site, line.document) if line.document else None
    leave = (line.leave.first_day, line.leave.last_day) if line.leave else None
    told = {
        "staff_number": person.staff_number != line.staff_number,
        "name": person.name != line.name,
        "section": section is None or person.section_id != section.id,
        "post": person.post != line.post,
        "superior": entry.warning is None and person.superior_id != entry.superior_id,
        "phone": person.phone != line.phone,
        "document_number": person.document_index != document,
        "groups": present.members.get(person.id, set()) != set(line.groups),
        "remark": leave is not None and leave not in present.leaves.get(person.id, set()),
        "company": person.company != line.company,
        "badge": person.badge != line.badge,
        "email": person.email != line.email,
    }
    found = {name for name, differs in told.items() if differs and name in columns}
    return found if person.active else found | {"active"}


def apply_plan(op: Op, site: str, plan: Plan, changed: list[tuple[Entry, set[str]]], present: Present,
               columns: frozenset[str]) -> None:  # fmt: skip
    """Stores the changed lines, the chart and the groups, and publishes each changed person and group once."""
    today = op.today(site)
    for name in dict.fromkeys(
        [*(entry.line.section for entry, _ in changed), *(one.section for one, _ in plan.vacancies)]
    ):
        if name not in present.sections:
            present.sections[name] = make_section(op, site, name)
    people: dict[str, Person] = {}
    for entry, what in changed:
        people[entry.person_id] = _store(op, site, entry, what, present, columns)
    op.db.flush()
    groups: set[str] = set()
    for entry, what in changed:
        if what & {"superior", "new"}:
            superior = entry.superior_id
            people[entry.person_id].superior_id = superior
            hold(op, site=site, kind=SUPERIOR, subject=entry.person_id, holder=superior, first_day=today)
        if what & {"groups", "new"} and "groups" in columns:
            groups |= _set_groups(op, site, entry, present)
        if entry.line.leave and what & {"remark", "new"}:
            _add_leave(op, site, entry)
    if "post" in columns:
        _set_heads(op, plan, present, today)
    groups |= _set_leaders_in_charge(op, site)
    follow_groups(op, site, people)
    tell_people(op, site, people.values())
    tell_groups(op, site, groups)


def _store(op: Op, site: str, entry: Entry, what: set[str], present: Present, columns: frozenset[str]) -> Person:
    line, person = entry.line, entry.known
    if person is None:
        person = Person(id=entry.person_id, site=site, sequence=0, active=True, kind="staff", post="", company="")
        person.masked_document = person.masked_phone = ""
        op.db.add(person)
        what = what | columns
    person.active = True
    person.staff_number = line.staff_number
    person.section_id = present.sections[line.section].id
    if what & {"name", "new"}:
        set_name(person, line.name)
    if "phone" in what:
        set_phone(person, line.phone)
    if "document_number" in what:
        set_document(person, line.document)
    for name in ("post", "company", "badge", "email"):
        if name in what:
            setattr(person, name, getattr(line, name))
    if "company" in what:
        person.kind = "contractor" if line.company else "staff"
    return person


def _set_groups(op: Op, site: str, entry: Entry, present: Present) -> set[str]:
    before, after = present.members.get(entry.person_id, set()), set(entry.line.groups)
    query = select(GroupMember).where(GroupMember.site == site, GroupMember.person_id == entry.person_id)
    rows = {row.group_code: row for row in op.db.scalars(query)} if before else {}
    wanted = dict(after)
    for code, row in rows.items():
        if code not in wanted:
            op.db.delete(row)
    for code, position in wanted.items():
        if code in rows:
            rows[code].position = position
        else:
            op.db.add(GroupMember(site=site, group_code=code, person_id=entry.person_id, position=position))
    return {code for code, _ in before ^ after}


def _set_leaders_in_charge(op: Op, site: str) -> set[str]:
    """Where nobody answers for a group yet, the superior of its leader does; an administrator may name another."""
    op.db.flush()
    rows = op.db.execute(
        select(WorkGroup, Person.superior_id)
        .join(GroupMember, (GroupMember.site == WorkGroup.site) & (GroupMember.group_code == WorkGroup.code))
        .join(Person, Person.id == GroupMember.person_id)
        .where(
            WorkGroup.site == site,
            WorkGroup.leader_in_charge.is_(None),
            GroupMember.position == LEADER,
            Person.superior_id.is_not(None),
        )
    ).all()
    for group, superior in rows:
        group.leader_in_charge = superior
    return {group.code for group, _ in rows}


def _add_leave(op: Op, site: str, entry: Entry) -> None:
    leave = entry.line.leave
    assert leave is not None
    op.db.add(
        LeaveDays(
            id=new_id(), site=site, person_id=entry.person_id, first_day=leave.first_day, last_day=leave.last_day,
            reason=leave.reason,
        )
    )  # fmt: skip


def _set_heads(op: Op, plan: Plan, present: Present, today: date) -> None:
    """Heads and leaders in charge as the list shows them: the one with a head's post, and his superior."""
    heads: dict[str, list[Entry]] = {}
    for entry in plan.entries:
        if is_head_post(entry.line.post):
            heads.setdefault(entry.line.section, []).append(entry)
    for name, entries in heads.items():
        section = present.sections[name]
        if len(entries) == 1 and not section.leadership:
            _place(op, section, entries[0].person_id, entries[0].superior_id, "", today)
    for vacancy, superior in plan.vacancies:
        if vacancy.section not in heads and is_head_post(vacancy.post):
            _place(op, present.sections[vacancy.section], None, superior, vacancy.post, today)


def _place(op: Op, section: Section, head: str | None, deputy: str | None, vacant: str, today: date) -> None:
    changed = False
    for kind, holder, now in ((HEAD, head, section.head_id), (DEPUTY, deputy, section.deputy_id)):
        if holder != now:
            set_holder(op, section, kind, holder, today)
            changed = True
    if section.vacant_post != vacant:
        section.vacant_post = vacant
        changed = True
    if changed:
        section.sequence += 1
