"""Who stands at the entrance: staff of the directory, visitors by document, or somebody without a name.

People are matched on the document number first; a name or a phone alone only suggests (facts: readings and identity).
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import insert

from common.civil.document import Document
from common.civil.name import initials, mask_name
from common.errors import Invalid, not_found
from common.ids import new_id
from common.secrets.blind import person_key
from screening.models import PERSON, Person
from screening.models.people import VISITOR
from screening.usecases.context import Context
from screening.usecases.finding import document_index, document_tail, phone_index, phone_tail
from screening.usecases.intake import Identity, Kind


@dataclass(frozen=True)
class Who:
    """A person as a check tells of him: the particulars as given, completed by what is known."""

    kind: Kind
    person_id: str | None = None
    name: str | None = None
    staff_number: str | None = None
    document_type: str | None = None
    document_number: str | None = None
    phone: str | None = None
    company: str | None = None
    person_key: str | None = None
    advice: tuple[str, ...] = ()

    @property
    def ref(self) -> str | None:
        """`staff:…` or `visitor:…`; nothing for somebody without a name."""
        return None if self.person_id is None else f"{self.kind}:{self.person_id}"

    @property
    def masked_name(self) -> str:
        """For lists and events."""
        return mask_name(self.name) if self.name else "无名"

    def particulars(self) -> str | None:
        """What the check keeps encrypted, as JSON; nothing for staff, whom the directory knows."""
        if self.kind == "staff":
            return None
        kept = {"document_type": self.document_type, "document_number": self.document_number, "phone": self.phone}
        given = {key: value for key, value in kept.items() if value is not None}
        return json.dumps(given, ensure_ascii=False, sort_keys=True) if given else None


@dataclass
class Persons:
    """Resolves identities against a context, and gathers the visitors who are new."""

    context: Context
    new: list[Person] = field(default_factory=list)

    def load(self, site: str, identities: list[Identity]) -> None:
        """Reads whoever the identities may be, in a statement a kind of key."""
        self.context.load_people(
            site,
            ids=(one.id for one in identities if one.id),
            numbers=(one.staff_number for one in identities if one.staff_number and not one.id),
            documents=(document_index(site, one.document) for one in identities if one.document),
        )

    def resolve(self, site: str, given: Identity, *, seen_at: datetime) -> Who:
        """Who that is; a visitor not known yet is gathered as new. Raises Invalid and NotFound, naming the field."""
        if given.kind == "staff":
            return self._staff(site, given)
        if given.id is not None:
            person = self._known(site, given.id)
            if person.is_staff:
                return self._staff(site, given)
            return self._visitor(site, person, given, seen_at)
        if given.document is not None:
            index = document_index(site, given.document)
            known = self.context.by_document.get((site, index))
            if known is not None and known.is_staff:
                return _staff_who(known, ("name_differs",) if _differs(known, given) else ())
            if known is not None:
                return self._visitor(site, known, given, seen_at)
        if given.name is None:
            return _unnamed(given)
        return self._visitor(site, self._add(site, given, seen_at), given, seen_at)

    def store(self) -> None:
        """Writes the new visitors; changes of known ones are written by the session."""
        if self.new:
            columns = [column.key for column in PERSON.columns]
            rows = [{column: getattr(person, column) for column in columns} for person in self.new]
            self.context.op.db.connection().execute(insert(PERSON), rows)
            self.new = []

    def _known(self, site: str, ident: str) -> Person:
        person = self.context.by_id.get((site, ident))
        if person is None:
            missing = not_found("person", "人员", ident[:40])
            missing.field = "person.id"
            raise missing
        return person

    def _staff(self, site: str, given: Identity) -> Who:
        number = given.staff_number or ""
        person = self._known(site, given.id) if given.id else self.context.by_number.get((site, number))
        if person is None or not person.is_staff:
            raise Invalid(
                "staff.unknown",
                "Staff number {number} is not on the staff list of this site.",
                "工号 {number} 不在本单位职工名单中。",
                field="person.staff_number",
                number=number,
            )
        if not person.active:
            raise Invalid(
                "staff.left",
                "Staff number {number} has left: register this person as a visitor.",
                "工号 {number} 已离职：请按来访人员登记。",
                field="person.staff_number",
                number=person.staff_number,
            )
        if _differs(person, given):
            raise Invalid(
                "staff.name",
                "Staff number {number} belongs to {owner}, not to {name}.",
                "工号 {number} 属于{owner}，不是{name}。",
                field="person.name",
                number=person.staff_number,
                owner=mask_name(person.name),
                name=given.name,
            )
        return _staff_who(person)

    def _visitor(self, site: str, person: Person, given: Identity, seen_at: datetime) -> Who:
        index = None if given.document is None else document_index(site, given.document)
        if index is not None and person.document_index is not None and index != person.document_index:
            raise Invalid(
                "person.other_document",
                "The chosen visitor has another document number: choose the right one, or register a new visitor.",
                "所选来访人员的证件号码与填写的不同：请重新选择，或作为新来访人员登记。",
                field="person.document_number",
            )
        if index is not None and person.document_index is None:
            if (site, index) in self.context.by_document:
                raise Invalid(
                    "person.two",
                    "This document number belongs to another visitor of the list: choose that one.",
                    "该证件号码已属于名单中另一位来访人员：请选择那一位。",
                    field="person.document_number",
                )
            _put(person, _document_columns(site, given.document))
            self.context.by_document[site, index] = person
        if person.last_seen_at is None or seen_at > person.last_seen_at:
            _put(person, {"last_seen_at": seen_at})
            if given.phone is not None and given.phone != person.phone:
                _put(person, _phone_columns(site, given.phone))
            if given.company is not None and given.company != person.company:
                _put(person, {"company": given.company})
        return Who(
            "visitor",
            person.id,
            given.name or person.name,
            None,
            person.document_type,
            person.document_number,
            given.phone or person.phone,
            given.company or person.company,
            person.person_key,
            ("name_differs",) if _differs(person, given) else (),
        )

    def _add(self, site: str, given: Identity, seen_at: datetime) -> Person:
        assert given.name is not None
        person = Person(
            id=new_id(),
            site=site,
            kind=VISITOR,
            name=given.name,
            initials=initials(given.name),
            company=given.company,
            section="",
            leaves=[],
            active=True,
            sequence=0,
            last_seen_at=seen_at,
            **_document_columns(site, given.document),
            **_phone_columns(site, given.phone),
        )
        self.new.append(person)
        if person.document_index is not None:
            self.context.by_document[site, person.document_index] = person
        return person


def _unnamed(given: Identity) -> Who:
    document = given.document
    return Who(
        "unnamed",
        document_type=None if document is None else document.kind.value,
        document_number=None if document is None else document.number,
        phone=given.phone,
        company=given.company,
        person_key=None if document is None else person_key(document.kind, document.number),
    )


def _staff_who(person: Person, advice: tuple[str, ...] = ()) -> Who:
    return Who(
        "staff",
        person.id,
        person.name,
        person.staff_number,
        person.document_type,
        person.document_number,
        person.phone,
        person.company,
        person.person_key,
        advice,
    )


def _differs(person: Person, given: Identity) -> bool:
    return given.name is not None and given.name != person.name


def _document_columns(site: str, document: Document | None) -> dict[str, Any]:
    if document is None:
        names = ("document_type", "document_number", "document_index", "document_last4", "person_key")
        return dict.fromkeys(names)
    return {
        "document_type": document.kind.value,
        "document_number": document.number,
        "document_index": document_index(site, document),
        "document_last4": document_tail(site, document.number),
        "person_key": person_key(document.kind, document.number),
    }


def _phone_columns(site: str, phone: str | None) -> dict[str, Any]:
    if phone is None:
        return dict.fromkeys(("phone", "phone_index", "phone_last4"))
    return {"phone": phone, "phone_index": phone_index(site, phone), "phone_last4": phone_tail(site, phone)}


def _put(person: Person, values: dict[str, Any]) -> None:
    for name, value in values.items():
        setattr(person, name, value)
