"""People of the directory: list, add, change, leave, and looking at an unmasked value."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from sqlalchemy import func, or_, select

from common.civil.document import check_document, guess_document_type, parse_document_type
from common.civil.name import normalise_name, prefix_range
from common.civil.phone import normalise_phone
from common.data.paging import Page, decode_cursor, page_of
from common.errors import Conflict, Invalid
from common.ids import new_id
from common.op import Op, usecase
from coordination.models import GroupMember, LeaveDays, Person, Section
from coordination.usecases.chart import SUPERIOR, checked_first_day, hold, refuse_cycle
from coordination.usecases.directory import check_version, find_person, find_section, tell_groups, tell_people
from coordination.usecases.locking import lock_site
from coordination.usecases.particulars import set_document, set_name, set_phone
from coordination.usecases.roles import follow_groups, roles_of

SORT = func.coalesce(Person.staff_number, "")


@dataclass(frozen=True)
class PersonView:
    """A person with what stands around him."""

    person: Person
    section: str
    groups: tuple[tuple[str, str], ...]
    roles: tuple[str, ...]
    leaves: tuple[LeaveDays, ...]


@usecase(read=True)
def list_people(
    op: Op,
    *,
    site: str | None = None,
    q: str = "",
    section_id: str | None = None,
    active: bool | None = True,
    after: str | None = None,
    limit: int = 100,
) -> Page[PersonView]:
    """People of a site (or of all the caller's) by staff number; `q`: start of a name, initials, or a staff number."""
    query = select(Person).order_by(SORT, Person.id).limit(limit + 1)
    if site is not None:
        op.site(site)
        query = query.where(Person.site == site)
    if active is not None:
        query = query.where(Person.active.is_(active))
    if section_id is not None:
        query = query.where(Person.section_id == section_id)
    if wanted := q.strip():
        low, high = prefix_range(wanted)
        letters_low, letters_high = prefix_range(wanted.lower())
        query = query.where(
            or_(
                (Person.name >= low) & (Person.name < high),
                (Person.initials >= letters_low) & (Person.initials < letters_high),
                Person.staff_number == wanted,
                Person.badge == wanted,
            )
        )
    if after is not None:
        number, ident = decode_cursor(after, 2)
        query = query.where((number < SORT) | ((number == SORT) & (Person.id > str(ident))))
    page = page_of(op.db.scalars(query).all(), limit, lambda one: (one.staff_number or "", one.id))
    return Page(views_of(op, list(page.items)), page.next)


@usecase(read=True)
def show_person(op: Op, *, person_id: str) -> PersonView:
    """One person of the caller's sites; raises NotFound."""
    return views_of(op, [find_person(op, person_id)])[0]


def views_of(op: Op, people: list[Person]) -> list[PersonView]:
    """People with what stands around them, by a fixed number of statements."""
    ids = [person.id for person in people]
    sections = {one.id: one.name for one in op.db.scalars(select(Section))} if people else {}
    groups: dict[str, list[tuple[str, str]]] = {}
    for row in op.db.scalars(
        select(GroupMember).where(GroupMember.person_id.in_(ids)).order_by(GroupMember.group_code)
    ):
        groups.setdefault(row.person_id, []).append((row.group_code, row.position))
    leaves: dict[str, list[LeaveDays]] = {}
    for leave in op.db.scalars(select(LeaveDays).where(LeaveDays.person_id.in_(ids)).order_by(LeaveDays.first_day)):
        leaves.setdefault(leave.person_id, []).append(leave)
    roles: dict[str, tuple[str, ...]] = {}
    for site in {person.site for person in people}:
        roles |= roles_of(op, site, [person.id for person in people if person.site == site])
    return [
        PersonView(
            person,
            sections.get(person.section_id or "", ""),
            tuple(groups.get(person.id, ())),
            roles.get(person.id, ()),
            tuple(leaves.get(person.id, ())),
        )
        for person in people
    ]


@usecase(read=True)
def people_choices(op: Op, *, site: str) -> list[tuple[str, str]]:
    """Everybody active at a site to choose from: id, and name with staff number."""
    op.site(site)
    query = select(Person.id, Person.name, Person.staff_number).where(Person.site == site, Person.active.is_(True))
    return [
        (ident, f"{name} ({number})" if number else name)
        for ident, name, number in op.db.execute(query.order_by(SORT, Person.id))
    ]


@usecase
def add_person(
    op: Op, *, site: str, kind: Literal["staff", "contractor", "account"], fields: dict[str, Any]
) -> PersonView:
    """Adds a person. Raises Invalid for a wrong value, Conflict if number or document is another's."""
    op.site(site)
    lock_site(op, site)
    person = Person(id=new_id(), site=site, kind=kind, name="", active=True, sequence=0, post="", company="")
    person.masked_document = person.masked_phone = person.initials = ""
    for required in ("name",) if kind == "account" else ("name", "staff_number"):
        if not fields.get(required):
            raise Invalid("person.missing", "'{what}' is missing.", "缺少“{what}”。", field=required, what=required)
    if kind == "contractor" and not (fields.get("company") and fields.get("section_id")):
        raise Invalid(
            "person.contractor",
            "A contractor has a company, and a host section whose head answers for him.",
            "外包人员须填写所属公司和归口科室(由该科室负责人负责)。",
            field="company",
        )
    op.db.add(person)
    _set(op, person, fields, op.today(site))
    op.db.flush()
    tell_people(op, site, [person])
    op.audit("person.added", site=site, subject=f"staff:{person.id}", particulars={"kind": kind})
    return views_of(op, [person])[0]


@usecase
def change_person(
    op: Op, *, person_id: str, expected: int | None, fields: dict[str, Any], first_day: date | None = None
) -> PersonView:
    """Changes the given fields of a person. Raises Stale, NotFound, Invalid, Conflict."""
    person = locked_person(op, person_id)
    check_version(person.sequence, expected)
    _set(op, person, fields, checked_first_day(op, person.site, first_day))
    if fields.get("active") is False:
        _leave_groups(op, person)
    tell_people(op, person.site, [person])
    op.audit("person.changed", site=person.site, subject=f"staff:{person.id}", particulars={"fields": sorted(fields)})
    return views_of(op, [person])[0]


def locked_person(op: Op, person_id: str) -> Person:
    """A person as he stands once the change at hand is the only one at his site. Raises NotFound."""
    person = find_person(op, person_id)
    op.site(person.site)
    lock_site(op, person.site)
    op.db.refresh(person)
    return person


def _set(op: Op, person: Person, fields: dict[str, Any], day: date) -> None:
    if "name" in fields:
        set_name(person, normalise_name(fields["name"]))
    if "phone" in fields:
        set_phone(person, normalise_phone(fields["phone"]) if fields["phone"] else None)
    if "document_number" in fields:
        number, label = fields["document_number"], fields.get("document_type")
        kind = parse_document_type(label) if label else guess_document_type(number or "")
        set_document(person, check_document(kind, number, today=op.today(person.site)) if number else None)
    for name in ("staff_number", "badge", "email"):
        if name in fields:
            setattr(person, name, (fields[name] or "").strip() or None)
    for name in ("post", "company"):
        if name in fields:
            setattr(person, name, (fields[name] or "").strip())
    if "active" in fields:
        person.active = bool(fields["active"])
    if "section_id" in fields:
        section = fields["section_id"]
        person.section_id = find_section(op, section, person.site).id if section else None
    if "superior_id" in fields:
        superior = fields["superior_id"]
        if superior:
            find_person(op, superior, person.site)
            refuse_cycle(op, person, superior)
        person.superior_id = superior or None
        hold(op, site=person.site, kind=SUPERIOR, subject=person.id, holder=superior or None, first_day=day)
    _refuse_taken(op, person)


def _refuse_taken(op: Op, person: Person) -> None:
    with op.db.no_autoflush:
        others = select(Person).where(Person.site == person.site, Person.id != person.id)
        for column, field, words in (
            (Person.staff_number, "staff_number", ("staff number", "工号")),
            (Person.document_index, "document_number", ("document", "证件")),
        ):
            value = getattr(person, column.key)
            if value is not None and op.db.scalars(others.where(column == value)).first() is not None:
                raise Conflict(
                    "person.taken",
                    "This {what} is another person's here.",
                    "该{what_zh}已属于本单位另一人。",
                    field=field,
                    what=words[0],
                    what_zh=words[1],
                )


def _leave_groups(op: Op, person: Person) -> None:
    rows = list(op.db.scalars(select(GroupMember).where(GroupMember.person_id == person.id)))
    for row in rows:
        op.db.delete(row)
    if rows:
        follow_groups(op, person.site, [person.id])
        tell_groups(op, person.site, [row.group_code for row in rows])
