"""Finding people, sections and groups of the caller's sites, and telling others what changed of them."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from common.civil.name import mask_name
from common.errors import Invalid, Stale, not_found
from common.events.catalogue.coordination import GroupChanged, Leave, PersonChanged
from common.events.catalogue.coordination import GroupMember as Member
from common.op import Op
from common.secrets.sealed import seal
from coordination.domain.groups import GROUPS
from coordination.models import GroupMember, LeaveDays, Person, Section, WorkGroup
from coordination.usecases.roles import chunks, roles_of


def find_person(op: Op, ident: str, site: str | None = None) -> Person:
    """A person of the caller's sites (of `site` if given); raises NotFound."""
    query = select(Person).where(Person.id == ident)
    found = op.db.scalars(query if site is None else query.where(Person.site == site)).first()
    if found is None:
        raise not_found("person", "人员", ident)
    return found


def find_section(op: Op, ident: str, site: str | None = None) -> Section:
    """A section of the caller's sites (of `site` if given); raises NotFound."""
    query = select(Section).where(Section.id == ident)
    found = op.db.scalars(query if site is None else query.where(Section.site == site)).first()
    if found is None:
        raise not_found("section", "科室", ident)
    return found


def find_group(op: Op, site: str, code: str) -> WorkGroup:
    """One of the plan's groups at a site; raises NotFound."""
    op.site(site)
    found = op.db.scalars(select(WorkGroup).where(WorkGroup.site == site, WorkGroup.code == code)).first()
    if found is None:
        raise not_found("group", "工作组", code)
    return found


def check_version(current: int, expected: int | None) -> None:
    """Raises Stale if somebody changed the thing since the caller read version `expected` of it."""
    if expected is not None and expected != current:
        raise Stale(
            "edit.stale",
            "Somebody changed this since you read it (version {now}, yours is {yours}): load it again.",
            "内容已被他人修改(当前第{now}版，您看到的是第{yours}版):请刷新后重试。",
            now=current,
            yours=expected,
        )


def tell_people(op: Op, site: str, people: Iterable[Person]) -> None:
    """Raises the version of each person and publishes his whole state."""
    changed = list({person.id: person for person in people}.values())
    if not changed:
        return
    op.db.flush()
    ids = [person.id for person in changed]
    sections = {section.id: section.name for section in op.db.scalars(select(Section).where(Section.site == site))}
    roles = roles_of(op, site, ids)
    leaves: dict[str, list[Leave]] = {}
    for chunk in chunks(ids):
        query = select(LeaveDays).where(LeaveDays.person_id.in_(chunk)).order_by(LeaveDays.first_day)
        for row in op.db.scalars(query):
            leaves.setdefault(row.person_id, []).append(
                Leave(first_day=row.first_day, last_day=row.last_day, reason=row.reason)
            )
    for person in changed:
        person.sequence += 1
        state = _state(person, sections, roles[person.id], tuple(leaves.get(person.id, ())))
        particulars = {
            "name": person.name,
            "phone": person.phone,
            "document_type": person.document_type,
            "document_number": person.document_number,
            "email": person.email,
        }

        def payload(
            event_id: str, state: PersonChanged = state, inside: dict[str, str | None] = particulars
        ) -> PersonChanged:
            return state.model_copy(update={"sealed": seal(inside, event_id)})

        op.emit(payload, site=site, subject=person.id, sequence=person.sequence)


def _state(
    person: Person, sections: dict[str, str], roles: tuple[str, ...], leaves: tuple[Leave, ...]
) -> PersonChanged:
    return PersonChanged.model_validate(
        {
            "person_id": person.id,
            "kind": person.kind,
            "staff_number": person.staff_number or "",
            "badge": person.badge,
            "masked_name": mask_name(person.name),
            "person_key": person.person_key,
            "section": sections.get(person.section_id or "", ""),
            "section_id": person.section_id,
            "post": person.post,
            "superior_id": person.superior_id,
            "roles": roles,
            "leaves": leaves,
            "active": person.active,
            "sealed": "",
        }
    )


def tell_groups(op: Op, site: str, codes: Iterable[str]) -> None:
    """Raises the version of each group and publishes its whole state."""
    op.db.flush()
    for code in sorted(set(codes)):
        group = find_group(op, site, code)
        group.sequence += 1
        members = op.db.scalars(
            select(GroupMember)
            .where(GroupMember.site == site, GroupMember.group_code == code)
            .order_by(GroupMember.person_id)
        )
        op.emit(
            GroupChanged.model_validate(
                {
                    "code": code,
                    "name": GROUPS[code].zh,
                    "members": [
                        Member.model_validate({"person_id": one.person_id, "position": one.position}) for one in members
                    ],
                    "leader_in_charge": group.leader_in_charge,
                }
            ),
            site=site,
            subject=code,
            sequence=group.sequence,
        )


def members_by_group(op: Op, site: str) -> dict[str, list[tuple[GroupMember, Person]]]:
    """The members of every group of a site, leaders first."""
    rank = {"leader": 0, "deputy": 1, "member": 2}
    rows = op.db.execute(
        select(GroupMember, Person).join(Person, Person.id == GroupMember.person_id).where(GroupMember.site == site)
    ).all()
    found: dict[str, list[tuple[GroupMember, Person]]] = {code: [] for code in GROUPS}
    for member, person in sorted(rows, key=lambda row: (rank[row[0].position], row[1].staff_number or row[1].name)):
        found.setdefault(member.group_code, []).append((member, person))
    return found


def same_site(site: str, *rows: Person | Section | None) -> None:
    """Raises Invalid if one of the rows belongs to another site than the one at hand."""
    if any(row is not None and row.site != site for row in rows):
        raise Invalid("site.mixed", "These belong to different sites.", "所选对象不属于同一单位。")
