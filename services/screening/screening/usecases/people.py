"""Finding people known to the site by whatever a guard has: number, badge, name, initials, last four, phone."""

from __future__ import annotations

import re
import unicodedata
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, and_, or_, select

from common.civil.document import Document, DocumentType, guess_document_type, mask_document, normalise_document
from common.civil.name import mask_name, normalise_name, prefix_range
from common.civil.phone import mask_phone, normalise_phone
from common.errors import Invalid
from common.op import Op, usecase
from screening.models import Person
from screening.models.people import VISITOR
from screening.usecases.finding import document_index, phone_index, tails_of

MOST_FOUND = 20
LONGEST_QUERY = 80
_LONG_AGO = datetime(1900, 1, 1, tzinfo=UTC)
_FOUR = re.compile(r"[0-9]{3}[0-9X]", re.IGNORECASE)
_LETTERS = re.compile(r"[a-z]{1,12}", re.IGNORECASE)
_PHONE = re.compile(r"[0-9+()\- ]{7,20}")
_DOCUMENT = re.compile(r"[A-Za-z0-9()]{6,20}")


@dataclass(frozen=True)
class Suggestion:
    """Somebody a guard may mean, masked."""

    id: str
    ref: str
    kind: str
    masked_name: str
    staff_number: str | None
    section: str
    company: str | None
    masked_document: str | None
    masked_phone: str | None
    last_seen_at: datetime | None
    exact: bool
    """Whether a number or badge names this person and no other."""


@usecase(read=True)
def find_people(op: Op, *, site: str, q: str, limit: int = MOST_FOUND) -> list[Suggestion]:
    """People of the site that `q` may mean, those named exactly first, then staff, then visitors seen last.

    `q` is a staff number, badge, document number, phone, the last four of either, the beginning of a name, or pinyin
    initials. Several people of one name all come: only a document or a staff number tells them apart.
    """
    op.site(site)
    text = unicodedata.normalize("NFKC", q).strip()
    people = matching_people(op, site, q, limit=limit)
    return [_suggestion(person, _exact(person, text)) for person in people]


def matching_people(op: Op, site: str, q: str, *, limit: int) -> list[Person]:
    """The people behind `find_people`, unmasked, for use cases that go on from them."""
    text = unicodedata.normalize("NFKC", q).strip()
    if not text or len(text) > LONGEST_QUERY or "\x00" in text:
        return []
    conditions = _conditions(site, text)
    query = (
        select(Person)
        .where(Person.site == site, Person.active, or_(*conditions))
        .order_by(Person.kind == VISITOR, Person.last_seen_at.desc(), Person.id)
        .limit(limit)
    )
    found = list(op.db.scalars(query))
    found.sort(key=lambda one: (not _exact(one, text), not one.is_staff, -(one.last_seen_at or _LONG_AGO).timestamp()))
    return found


def _conditions(site: str, text: str) -> list[ColumnElement[bool]]:
    plain = normalise_document(text)
    found: list[ColumnElement[bool]] = [Person.badge == text, Person.staff_number.in_({text, text.upper()})]
    if _FOUR.fullmatch(text):
        document, phone = tails_of(site, text.upper())
        found += [Person.document_last4 == document, Person.phone_last4 == phone]
    if _PHONE.fullmatch(text):
        with suppress(Invalid):
            found.append(Person.phone_index == phone_index(site, normalise_phone(text)))
    if _DOCUMENT.fullmatch(plain):
        kinds = {guess_document_type(plain), DocumentType.RESIDENT_ID, DocumentType.PASSPORT, DocumentType.OTHER}
        documents = [document_index(site, Document(kind, plain, checked=False)) for kind in kinds]
        found.append(Person.document_index.in_(documents))
    if _LETTERS.fullmatch(text):
        low, high = prefix_range(text.lower())
        found.append(and_(Person.initials >= low, Person.initials < high))
    with suppress(Invalid):
        low, high = prefix_range(normalise_name(text))
        found.append(and_(Person.name >= low, Person.name < high))
    return found


def _exact(person: Person, text: str) -> bool:
    same = {person.staff_number, person.badge} - {None}
    return text in same or text.upper() in same or (person.document_number == normalise_document(text) != "")


def _suggestion(person: Person, exact: bool) -> Suggestion:
    return Suggestion(
        person.id,
        person.ref,
        person.kind,
        mask_name(person.name),
        person.staff_number,
        person.section,
        person.company,
        mask_document(person.document_number) if person.document_number and not person.is_staff else None,
        mask_phone(person.phone) if person.phone and not person.is_staff else None,
        person.last_seen_at,
        exact,
    )
