"""Shapes of the answers about registers."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from common.audit.tree import short_head
from common.web.api import Answer
from common.web.language import pick
from screening.api.shapes import PersonOut
from screening.domain.readings import reading_text
from screening.domain.register import Guard
from screening.models import RegisterSeal, RegisterSignature
from screening.usecases.registers import DayLine, RegisterView, RowView
from screening.usecases.registers_rows import hexed
from screening.usecases.registers_sign import Answered
from screening.usecases.registers_verify import Verification


class SignatureOut(Answer):
    """A signature; `by` signed for the guard where he was absent."""

    guard: str
    name: str
    at: datetime
    version: int
    by: str | None
    by_name: str | None
    reason: str | None


class GuardOut(Answer):
    """Somebody who is waited for."""

    guard: str
    name: str
    checks: int


class SealOut(Answer):
    """A version of a register."""

    version: int
    head: str
    short_head: str
    previous: str | None
    sealed_at: datetime
    rows: int
    reason: str | None


class RowOut(Answer):
    """A row of a register, masked. `standing`: open, sealed, late or changed."""

    check_id: str
    measured_at: datetime
    person: PersonOut
    purpose: str | None
    reading: str | None
    fever: bool
    mask: bool | None
    refused_measurement: bool
    decision: str
    reasons: list[str]
    departed_at: datetime | None
    guard: str
    imported: bool
    late: bool
    voided_at: datetime | None
    void_reason: str | None
    standing: str


class RowsOut(Answer):
    """A page of rows."""

    items: list[RowOut]
    next: str | None


class RegisterOut(Answer):
    """A day of an entrance."""

    id: str | None
    site: str
    entrance: str
    entrance_name: str
    day: date
    state: str
    version: int
    head: str | None
    short_head: str | None
    previous: str | None
    sealed_at: datetime | None
    counts: dict[str, int]
    signatures: list[SignatureOut]
    waiting_for: list[GuardOut]
    to_amend: int
    amendments: list[SealOut]
    rows: RowsOut


class SignedOut(Answer):
    """The answer to a signature or an amendment; `seal` is nothing until the last guard has signed."""

    id: str
    seal: str | None
    short_seal: str | None
    version: int
    signed_by: list[SignatureOut]
    waiting_for: list[GuardOut]


class DayOut(Answer):
    """A day of an entrance in the list."""

    site: str
    entrance: str
    entrance_name: str
    day: date
    state: str
    version: int
    head: str | None
    short_head: str | None
    counts: dict[str, int]
    waiting_for: list[GuardOut]
    to_amend: int
    due: bool


def register_out(view: RegisterView) -> RegisterOut:
    """A day of an entrance as it is answered."""
    stand, register = view.stand, view.stand.register
    head = None if register is None else register.head
    newest = stand.seals[-1] if stand.seals else None
    return RegisterOut(
        id=None if register is None else register.id,
        site=stand.place.site,
        entrance=stand.place.code,
        entrance_name=stand.place.name,
        day=stand.day,
        state=view.state,
        version=stand.version,
        head=hexed(head),
        short_head=None if head is None else short_head(bytes(head)),
        previous=None if newest is None else hexed(newest.previous),
        sealed_at=None if register is None else register.sealed_at,
        counts=dict(stand.counts),
        signatures=[_signature_out(one) for one in stand.signatures],
        waiting_for=[_guard_out(one) for one in view.waiting],
        to_amend=view.to_amend,
        amendments=[_seal_out(seal) for seal in stand.seals if seal.version > 1],
        rows=RowsOut(items=[_row_out(row) for row in view.rows.items], next=view.rows.next),
    )


def verification_out(found: Verification) -> dict[str, Any]:
    """What a verification found, in the reader's language."""
    return {
        "holds": found.holds,
        "day": found.day.isoformat(),
        "version": found.version,
        "head": found.head.hex(),
        "short_head": short_head(found.head),
        "rows": found.rows,
        "erased": found.erased,
        "faults": [
            {
                "kind": one.kind,
                "version": one.version,
                "row": one.number,
                "check_id": one.check_id,
                "fields": list(one.fields),
                "detail": pick(one.en, one.zh),
            }
            for one in found.faults
        ],
    }


def signed_out(found: Answered) -> SignedOut:
    """The answer to a signature or an amendment."""
    head = found.head
    return SignedOut(
        id=found.register_id,
        seal=hexed(head),
        short_seal=None if head is None else short_head(bytes(head)),
        version=found.version,
        signed_by=[_signature_out(one) for one in found.signatures],
        waiting_for=[_guard_out(one) for one in found.waiting],
    )


def _signature_out(one: RegisterSignature) -> SignatureOut:
    return SignatureOut(
        guard=one.guard_ref,
        name=one.guard_name,
        at=one.at,
        version=one.version,
        by=one.by_ref,
        by_name=one.by_name,
        reason=one.reason,
    )


def _guard_out(one: Guard) -> GuardOut:
    return GuardOut(guard=one.ref, name=one.name, checks=one.checks)


def _seal_out(seal: RegisterSeal) -> SealOut:
    head = bytes(seal.head)
    return SealOut(
        version=seal.version,
        head=head.hex(),
        short_head=short_head(head),
        previous=hexed(seal.previous),
        sealed_at=seal.sealed_at,
        rows=seal.count,
        reason=seal.reason,
    )


def _row_out(view: RowView) -> RowOut:
    row = view.check
    return RowOut(
        check_id=row.id,
        measured_at=row.measured_at,
        person=PersonOut(
            kind=row.person_kind,
            ref=f"{row.person_kind}:{row.person_id}" if row.person_id else None,
            name=view.masked_name,
            staff_number=row.staff_number,
            section="",
            company=row.company,
            document_type=view.document_type,
            document_number=view.masked_document,
            phone=view.masked_phone,
        ),
        purpose=row.purpose,
        reading=None if row.reading is None else reading_text(row.reading),
        fever=row.fever,
        mask=row.mask,
        refused_measurement=row.refused_measurement,
        decision=row.decision,
        reasons=row.reasons,
        departed_at=row.departed_at,
        guard=row.guard_ref,
        imported=row.imported,
        late=row.late,
        voided_at=row.voided_at,
        void_reason=row.void_reason,
        standing=view.standing,
    )


def day_out(site: str, line: DayLine) -> DayOut:
    """A day of an entrance as the list shows it."""
    return DayOut(
        site=site,
        entrance=line.entrance_code,
        entrance_name=line.entrance_name,
        day=line.day,
        state=line.state,
        version=line.version,
        head=hexed(line.head),
        short_head=None if line.head is None else short_head(bytes(line.head)),
        counts=dict(line.counts),
        waiting_for=[_guard_out(one) for one in line.waiting],
        to_amend=line.to_amend,
        due=line.due,
    )
