"""What a check is given as, from the desk, a program, a batch or an import, and how its fields are read."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal, TypeVar

from common.civil.document import Document, DocumentType, check_document, guess_document_type, parse_document_type
from common.civil.name import normalise_name
from common.civil.phone import normalise_phone
from common.errors import Invalid
from screening.usecases.finding import digest

T = TypeVar("T")
Kind = Literal["staff", "visitor", "unnamed"]
LONGEST_KEY = 120


@dataclass(frozen=True)
class PersonGiven:
    """Who is said to stand at the entrance; values as they came, spreadsheets' numbers too."""

    kind: Kind | None = None
    """`None`: staff if there is a staff number, a visitor if there is anything, else unnamed."""
    id: str | None = None
    """Of a person known to the site, as a search gave it (`staff:…`, `visitor:…` or the bare id)."""
    document_type: str | None = None
    document_number: object = None
    name: object = None
    phone: object = None
    staff_number: str | None = None
    company: str | None = None


@dataclass(frozen=True)
class NewCheck:
    """A check to record. Times are aware; `entrance` is a code or an id."""

    site: str
    entrance: str
    person: PersonGiven = field(default_factory=PersonGiven)
    reading: object = None
    mask: bool | None = None
    refused_measurement: bool = False
    purpose: str | None = None
    symptoms: tuple[str, ...] = ()
    answers: Mapping[str, bool] = field(default_factory=dict)
    manual_hold: str | None = None
    thermometer: str | None = None
    measured_at: datetime | None = None
    """`None`: now."""
    retest_of: str | None = None
    mask_given_to: str | None = None
    """The id of a check refused for want of a mask: the same person, who now wears one."""
    departed_at: datetime | None = None
    key: str | None = None
    """The idempotency key; `None`: this request is told apart from every other."""
    imported: bool = False
    """From a list: no live window, and a mask that the list does not tell of is not judged."""
    import_id: str | None = None

    def digest(self) -> str:
        """A keyed digest of everything but the key."""
        content = {name: value for name, value in vars(self).items() if name not in {"key", "import_id"}}
        content["person"] = vars(self.person)
        return digest(self.site, json.dumps(content, sort_keys=True, ensure_ascii=False, default=str))


@dataclass(frozen=True)
class Identity:
    """The person's fields in their one spelling."""

    kind: Kind
    id: str | None = None
    name: str | None = None
    document: Document | None = None
    phone: str | None = None
    staff_number: str | None = None
    company: str | None = None


def read_identity(given: PersonGiven, *, day: date) -> Identity:
    """The identity in what was given, documents judged as of the local `day`. Raises Invalid, naming the field."""
    name = _optional("person.name", normalise_name, given.name)
    phone = _optional("person.phone", normalise_phone, given.phone)
    staff_number = _text("person.staff_number", given.staff_number, 40)
    company = _text("person.company", given.company, 120)
    document = _document(given, day)
    ident = _text("person.id", given.id, 80)
    ident = None if ident is None else ident.rpartition(":")[2]
    kind = given.kind
    if kind is None:
        kind = "staff" if staff_number else "visitor" if (name or document or ident) else "unnamed"
    if kind == "unnamed" and (name or ident or staff_number):
        raise Invalid(
            "person.unnamed",
            "Somebody without a name is given with one: leave it out, or give another kind.",
            "“无名”不应填写姓名、编号：请去掉，或改选人员类别。",
            field="person.kind",
        )
    if kind == "staff" and not (staff_number or ident):
        raise Invalid(
            "person.staff_number",
            "A staff member is named by staff number or id.",
            "职工须填写工号。",
            field="person.staff_number",
        )
    if kind == "visitor" and staff_number:
        raise Invalid(
            "person.visitor_number",
            "A visitor has no staff number.",
            "来访人员没有工号：请改选职工，或去掉工号。",
            field="person.staff_number",
        )
    return Identity(kind, ident, name, document, phone, staff_number, company)


def read_text(field_name: str, value: str | None, limit: int) -> str | None:
    """A text without outer spaces, `None` if nothing is left; raises Invalid if it is longer than `limit`."""
    return _text(field_name, value, limit)


def read_key(key: str | None) -> str | None:
    """An idempotency key; raises Invalid for one that is empty, too long, or holds other than visible characters."""
    if key is None:
        return None
    if not 1 <= len(key) <= LONGEST_KEY or not key.isprintable() or key != key.strip():
        raise Invalid(
            "key.form",
            "An Idempotency-Key has 1 to {limit} visible characters.",
            "幂等键（Idempotency-Key）应为1至{limit}个可见字符。",
            field="Idempotency-Key",
            limit=LONGEST_KEY,
        )
    return key


def _document(given: PersonGiven, day: date) -> Document | None:
    number = given.document_number
    if number is None or (isinstance(number, str) and not number.strip()):
        return None

    def read(_: object) -> Document:
        label = (given.document_type or "").strip()
        kind: DocumentType = parse_document_type(label) if label else guess_document_type(number)
        return check_document(kind, number, today=day)

    return _optional("person.document_number", read, number)


def _optional(field_name: str, read: Callable[[Any], T], value: object) -> T | None:
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    try:
        return read(value)
    except Invalid as wrong:
        wrong.field = field_name
        raise


def _text(field_name: str, value: str | None, limit: int) -> str | None:
    cleaned = " ".join((value or "").split())
    if len(cleaned) > limit:
        raise Invalid(
            "text.long",
            "The text has {length} characters; at most {limit} are taken.",
            "内容为{length}个字，最多{limit}个。",
            field=field_name,
            length=len(cleaned),
            limit=limit,
        )
    if "\x00" in cleaned or any("\ud800" <= character <= "\udfff" for character in cleaned):
        raise Invalid(
            "text.broken",
            "The text holds a character that can't be stored.",
            "内容含有无法保存的字符。",
            field=field_name,
        )
    return cleaned or None
