"""What a line of a paper form asks for: the check in it, and whether it is stored already.

A line is known by entrance, day, person and time of entering: sent again it is unchanged, with another reading it is a
conflict, and the first stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import select

from common.civil.day import at_local
from common.errors import Conflict
from common.op import Op, usecase
from screening.domain.paper import PaperRow
from screening.domain.paper_words import UNNAMED
from screening.models import Check, Person
from screening.models.people import VISITOR
from screening.usecases.finding import digest, document_index
from screening.usecases.imports_places import Place
from screening.usecases.intake import Identity, NewCheck, PersonGiven, read_identity

Measured = tuple[Decimal | None, bool | None, bool]
"""Reading, mask, whether measurement was refused: what two lines of one person and time must agree in."""
PAPER_KEY = "paper:"


def agrees(one: Measured, other: Measured) -> bool:
    """Whether two lines say the same; a mask that a list does not tell of contradicts nothing."""
    return one[0] == other[0] and one[2] == other[2] and (one[1] is None or other[1] is None or one[1] == other[1])


@dataclass
class Known:
    """Checks that are stored for an entrance's day, by key and by person and second."""

    by_key: dict[str, tuple[Measured, bool]] = field(default_factory=dict)
    """What was measured, and whether the check was voided."""
    by_person: dict[tuple[str | bytes, datetime], Measured] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Planned:
    """A line that is a check, as little as a long list needs of it until its turn comes."""

    row: PaperRow
    key: str
    person: str | bytes
    """How `Known.by_person` names the person."""

    @property
    def measured(self) -> Measured:
        """What another line of the same person and time must agree in."""
        return self.row.reading, self.row.mask, self.row.refused_measurement


@usecase(read=True)
def missing_numbers(op: Op, *, site: str, numbers: frozenset[str]) -> tuple[frozenset[str], int]:
    """Which staff numbers the site does not know, and how many staff it knows."""
    op.site(site)
    known = set(op.db.scalars(select(Person.staff_number).where(Person.site == site, Person.kind != VISITOR)))
    return frozenset(numbers - known), len(known)


@usecase(read=True)
def known_checks(op: Op, *, site: str, places: Sequence[Place]) -> dict[tuple[str, date], Known]:
    """What is stored for the entrances' days."""
    found: dict[tuple[str, date], Known] = {}
    for place in places:
        if (place.entrance_id, place.day) in found:
            continue
        known = found[place.entrance_id, place.day] = Known()
        query = (
            select(
                Check.key,
                Check.measured_at,
                Check.reading,
                Check.mask,
                Check.refused_measurement,
                Check.voided_at,
                Check.staff_number,
                Check.name,
                Person.document_index,
            )
            .outerjoin(Person, Person.id == Check.person_id)
            .where(Check.site == site, Check.entrance_id == place.entrance_id, Check.day == place.day)
        )
        for row in op.db.execute(query):
            measured = (row.reading, row.mask, row.refused_measurement)
            if row.key.startswith(PAPER_KEY):
                known.by_key[row.key] = (measured, row.voided_at is not None)
            elif row.voided_at is None:
                document = bytes(row.document_index) if row.document_index else None
                person = row.staff_number or document or _by_name(row.name)
                known.by_person[person, row.measured_at.replace(microsecond=0)] = measured
    return found


def plan(row: PaperRow, place: Place, *, site: str, known: Known) -> Planned:
    """A line's person and key; raises Invalid, naming the field, for a person's field that can't be right."""
    identity = read_identity(_person(row), day=place.day)
    key = PAPER_KEY + digest(site, f"{place.entrance_id}|{place.day}|{_token(identity)}|{row.entered.isoformat()}")
    measured = (row.reading, row.mask, row.refused_measurement)
    while (stored := known.by_key.get(key)) is not None and stored[1] and not agrees(stored[0], measured):
        key += "+"  # The earlier one was voided: a corrected line is a new check.
    document = document_index(site, identity.document) if identity.document else None
    return Planned(row, key, identity.staff_number or document or _by_name(identity.name))


def check_of(planned: Planned, place: Place, *, site: str, zone: str) -> NewCheck:
    """The check to record for a line."""
    row = planned.row
    return NewCheck(
        site=site,
        entrance=place.entrance_id,
        person=_person(row),
        reading=row.reading,
        mask=row.mask,
        refused_measurement=row.refused_measurement,
        purpose=row.purpose,
        measured_at=at_local(place.day, row.entered, zone),
        departed_at=None if row.left is None else at_local(place.day, row.left, zone),
        key=planned.key,
        imported=True,
    )


def stored_as(planned: Planned, place: Place, known: Known, *, zone: str) -> Measured | None:
    """What is stored for a line's person and time, if anything."""
    stored = known.by_key.get(planned.key)
    if stored is not None:
        return stored[0]
    return known.by_person.get((planned.person, at_local(place.day, planned.row.entered, zone)))


def conflict(line: int | None = None) -> Conflict:
    """The refusal of a line that has another reading than the first of its person and time."""
    if line is None:
        return Conflict(
            "import.conflict",
            "The same person and time are stored with another reading, mask or refusal: the stored one stays.",
            "同一人同一时间已有记录,但体温、口罩或拒测情况不同:以已有记录为准。",
            field="reading",
        )
    return Conflict(
        "import.conflict",
        "The same person and time as line {line} with another reading, mask or refusal: line {line} stays.",
        "与第{line}行为同一人同一时间,但体温、口罩或拒测情况不同:以第{line}行为准。",
        field="reading",
        line=line,
    )


def _person(row: PaperRow) -> PersonGiven:
    staff = row.staff_number is not None
    unnamed = row.name == UNNAMED and not staff
    return PersonGiven(
        kind="staff" if staff else "unnamed" if unnamed else "visitor",
        document_type=None if staff else row.document_type,
        document_number=None if staff else row.document_number,
        name=None if unnamed else row.name,
        phone=None if staff else row.phone,
        staff_number=row.staff_number,
        company=row.company,
    )


def _by_name(name: str | None) -> str:
    """How somebody without a document is known among the day's checks of one second."""
    return f"name:{name or UNNAMED}"


def _token(identity: Identity) -> str:
    if identity.staff_number:
        return f"staff:{identity.staff_number}"
    if identity.document is not None:
        return f"{identity.document.kind}:{identity.document.number}"
    return f"name:{identity.name or UNNAMED}|{identity.phone or ''}"
