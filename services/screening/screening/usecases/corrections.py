"""What happens to a check after it was recorded: a mask put on, leaving, voiding, a name learnt later.

The check itself stays on record; each change raises its `sequence`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from common.errors import Conflict, Invalid, not_found
from common.events.catalogue.screening import CheckCompleted, CheckDeparted, CheckVoided
from common.op import Op, text_or_invalid, usecase
from common.secrets.sealed import seal
from screening.models import Check
from screening.usecases.chains import particulars_of
from screening.usecases.context import Context
from screening.usecases.intake import NewCheck, PersonGiven, read_identity, read_text
from screening.usecases.judging import AHEAD
from screening.usecases.persons import Persons
from screening.usecases.recording import Recorded, record_check
from screening.usecases.telling import sealed_particulars

VOID_WORDS = ("The reason", "作废原因")


@dataclass(frozen=True)
class Changed:
    """A check after a change; `again` if it had been changed so before."""

    id: str
    site: str
    sequence: int
    at: datetime
    again: bool = False


@usecase
def give_mask(op: Op, *, check_id: str) -> Recorded:
    """Judges somebody refused for want of a mask anew, with one on: the same person and reading, a new check.

    Asked again it gives the same answer. Raises NotFound, Conflict if the first was voided, Invalid if it was not
    refused for that or was too long ago.
    """
    first = _check(op, check_id)
    item = NewCheck(
        site=first.site,
        entrance=first.entrance_id,
        mask=True,
        mask_given_to=first.id,
        key=f"mask-given:{first.id}",
    )
    if op.today(first.site) != first.day:
        raise Invalid(
            "mask_given.old",
            "That check is not of today: record a new one.",
            "该记录不是当日的：请另行登记。",
        )
    return record_check(op, item=item)


@usecase
def record_departure(op: Op, *, check_id: str, departed_at: datetime | None = None) -> Changed:
    """Somebody left, now or at a given time; told again, the first time stands.

    Raises Conflict for a void check or one that was refused entry, Invalid for a time before the check or ahead.
    """
    check = _check(op, check_id)
    if check.departed_at is not None:
        return Changed(check.id, check.site, check.sequence, check.departed_at, again=True)
    if check.voided_at is not None or check.decision == "refuse":
        raise Conflict(
            "departure.not_inside",
            "This check was voided or refused entry: nobody is inside by it.",
            "该记录已作废或禁止进入，无需登记离开。",
        )
    at = (departed_at or op.now).astimezone(UTC)
    if at < check.measured_at or at > op.now + AHEAD:
        raise Invalid(
            "departure.time",
            "The time of leaving lies between the check and now.",
            "离开时间应在登记之后、当前时间之前。",
            field="departed_at",
        )
    check.departed_at, check.sequence = at, check.sequence + 1
    op.emit(
        CheckDeparted(check_id=check.id, departed_at=at), site=check.site, subject=check.id, sequence=check.sequence
    )
    return Changed(check.id, check.site, check.sequence, at)


@usecase
def void_check(op: Op, *, check_id: str, reason: str) -> Changed:
    """Voids a mistyped check: it stays on record with the reason and is not counted.

    Raises Invalid without a reason, Conflict if it was voided before, NotFound.
    """
    check = _check(op, check_id)
    said = text_or_invalid(reason, field="reason", words=VOID_WORDS, limit=200)
    if check.voided_at is not None:
        raise Conflict("void.again", "This check was voided already.", "该记录已作废。")
    check.voided_at, check.voided_by, check.void_reason = op.now, op.caller.id, said
    check.sequence += 1
    op.emit(
        CheckVoided(
            check_id=check.id,
            decision=check.decision,  # type: ignore[arg-type]
            reason=said,
            voided_at=op.now,
            by_ref=op.caller.id,
        ),
        site=check.site,
        subject=check.id,
        sequence=check.sequence,
    )
    op.audit(
        "check.voided",
        site=check.site,
        subject=f"check:{check.id}",
        particulars={"decision": check.decision, "day": check.day.isoformat()},
    )
    return Changed(check.id, check.site, check.sequence, op.now)


@usecase
def complete_check(op: Op, *, check_id: str, person: PersonGiven, purpose: str | None = None) -> Changed:
    """Fills in who an unnamed person was. The decision of the time stands.

    Raises Conflict for a check that has a name or was voided, Invalid without a name, NotFound.
    """
    check = _check(op, check_id)
    if check.person_kind != "unnamed" or check.voided_at is not None:
        raise Conflict(
            "completion.named", "This check has a name already, or was voided.", "该记录已有姓名或已作废，不能补录。"
        )
    known = particulars_of(check)
    filled = PersonGiven(
        kind=person.kind,
        id=person.id,
        document_type=person.document_type or (None if person.document_number else known.get("document_type")),
        document_number=person.document_number or known.get("document_number"),
        name=person.name,
        phone=person.phone or known.get("phone"),
        staff_number=person.staff_number,
        company=person.company or check.company,
    )
    if person.kind == "staff" or person.staff_number:
        filled = person
    context = Context(op)
    persons = Persons(context)
    identity = read_identity(filled, day=check.day)
    persons.load(check.site, [identity])
    who = persons.resolve(check.site, identity, seen_at=check.measured_at)
    if who.person_id is None:
        raise Invalid("person.name", "Give the name.", "请填写姓名。", field="person.name")
    persons.store()
    check.person_kind, check.person_id, check.name = who.kind, who.person_id, who.name
    check.staff_number, check.company, check.particulars = who.staff_number, who.company, who.particulars()
    check.purpose = read_text("purpose", purpose, 200) or check.purpose
    check.completed_at, check.completed_by, check.sequence = op.now, op.caller.id, check.sequence + 1
    op.emit(
        lambda event_id: CheckCompleted(
            check_id=check.id,
            person_kind=who.kind,
            person_ref=who.ref,
            person_key=who.person_key,
            staff_number=who.staff_number,
            masked_name=who.masked_name,
            sealed=seal(sealed_particulars(who, check.purpose), event_id),
        ),
        site=check.site,
        subject=check.id,
        sequence=check.sequence,
    )
    op.audit("check.completed", site=check.site, subject=f"check:{check.id}", particulars={"person": who.ref or ""})
    return Changed(check.id, check.site, check.sequence, op.now)


def _check(op: Op, check_id: str) -> Check:
    found = op.db.get(Check, check_id, with_for_update=True)
    if found is None:
        raise not_found("check", "记录", check_id[:40])
    return found
