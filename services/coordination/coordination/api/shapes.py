"""Shapes of answers that several resources share, and versions as ETags."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from flask import Response, request

from common.errors import Malformed
from common.web.api import Answer, answer
from coordination.usecases.groups import GroupView
from coordination.usecases.people import PersonView


def expected_version() -> int | None:
    """The version in `If-Match`, `None` without it. Raises Malformed for one that we did not make."""
    given = request.headers.get("If-Match")
    if given is None or given.strip() == "*":
        return None
    text = given.strip().removeprefix("W/").strip('"')
    if not text.isdigit():
        raise Malformed(
            "etag.form", 'If-Match takes the ETag of an answer, such as "3".', 'If-Match 须为应答中的 ETag,如 "3"。'
        )
    return int(text)


def versioned(model: Answer, version: int, status: int = 200) -> Response:
    """An answer with its version as ETag."""
    return answer(model, status, {"ETag": f'"{version}"'})


class LeaveOut(Answer):
    """Days on which a person is away."""

    id: str
    first_day: date
    last_day: date
    reason: str


class MembershipOut(Answer):
    """A person's place in a group."""

    group: str
    position: str


class PersonOut(Answer):
    """A person with masked particulars."""

    id: str
    site: str
    kind: str
    staff_number: str | None
    badge: str | None
    name: str
    section: str
    section_id: str | None
    post: str
    company: str
    superior_id: str | None
    masked_phone: str
    document_type: str | None
    masked_document: str
    groups: list[MembershipOut]
    roles: list[str]
    leaves: list[LeaveOut]
    active: bool
    version: int


def person_out(view: PersonView) -> PersonOut:
    """The answer for a person."""
    person = view.person
    return PersonOut(
        id=person.id, site=person.site, kind=person.kind, staff_number=person.staff_number, badge=person.badge,
        name=person.name, section=view.section, section_id=person.section_id, post=person.post, company=person.company,
        superior_id=person.superior_id, masked_phone=person.masked_phone, document_type=person.document_type,
        masked_document=person.masked_document,
        groups=[MembershipOut(group=code, position=position) for code, position in view.groups], roles=list(view.roles),
        leaves=[LeaveOut.model_validate(leave) for leave in view.leaves], active=person.active, version=person.sequence,
    )  # fmt: skip


class MemberOut(Answer):
    """A member of a group."""

    person_id: str
    staff_number: str | None
    name: str
    post: str
    position: str


class GroupOut(Answer):
    """One of the plan's groups."""

    site: str
    code: str
    name: str
    name_en: str
    leader_in_charge: str | None
    roles: list[str]
    members: list[MemberOut]
    version: int


def group_out(view: GroupView) -> GroupOut:
    """The answer for a group."""
    members = [
        MemberOut(
            person_id=person.id, staff_number=person.staff_number, name=person.name, post=person.post, position=position
        )
        for position, person in view.members
    ]
    return GroupOut(
        site=view.group.site, code=view.group.code, name=view.name, name_en=view.name_en,
        leader_in_charge=view.group.leader_in_charge, roles=list(view.group.roles), members=members,
        version=view.group.sequence,
    )  # fmt: skip


class LinkOut(Answer):
    """A one-time link; it is shown once."""

    path: str
    expires_at: datetime


def whole_list(items: list[Answer]) -> dict[str, Any]:
    """The answer of a list that always fits one page."""
    return {"items": [item.model_dump(mode="json") for item in items], "next": None}
