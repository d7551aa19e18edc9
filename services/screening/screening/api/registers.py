"""Registers over HTTP: a day of an entrance, its signatures, amendments, verification, files."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from flask import Response, jsonify
from pydantic import BaseModel, Field

from common.audit.tree import short_head
from common.roles import Role
from common.web.access import allow
from common.web.api import Answer, Input, answer, api_blueprint
from common.web.language import pick
from common.web.request import run, sites
from screening.api.shapes import PersonOut, optional_body
from screening.domain.readings import reading_text
from screening.domain.register import Guard
from screening.downloads import file_answer
from screening.models import RegisterSeal, RegisterSignature
from screening.usecases.registers import DayLine, RegisterView, RowView, get_register, list_registers
from screening.usecases.registers_export import empty_file, export_register
from screening.usecases.registers_rows import hexed
from screening.usecases.registers_sign import Answered, amend_register, sign_register
from screening.usecases.registers_verify import Verification, verify_register

api = api_blueprint("registers")
READERS = (Role.MONITOR, Role.COORDINATOR, Role.LEADER, Role.ADMIN, Role.AUDITOR)
SIGNERS = (Role.MONITOR, Role.COORDINATOR, Role.LEADER, Role.ADMIN)


class RegisterPath(BaseModel):
    """A day of an entrance; the entrance by code or id."""

    site: str = Field(max_length=40)
    entrance: str = Field(max_length=64)
    day: date


class EntrancePath(BaseModel):
    """An entrance by code or id."""

    site: str = Field(max_length=40)
    entrance: str = Field(max_length=64)


class RowsQuery(Input):
    """Which rows."""

    after: str | None = Field(default=None, max_length=400)
    limit: int = Field(default=100, ge=1, le=500)


class DaysQuery(Input):
    """Which days."""

    site: str | None = Field(default=None, max_length=40)
    entrance: str | None = Field(default=None, max_length=64)
    last: date | None = None
    days: int = Field(default=14, ge=1, le=62)


class SignatureIn(Input):
    """Empty for one's own part; for an absent guard his reference and a reason."""

    on_behalf_of: str | None = Field(default=None, max_length=100)
    reason: str | None = Field(default=None, max_length=400)


class AmendmentIn(Input):
    """Why the register is amended."""

    reason: str = Field(max_length=400)


class ExportQuery(Input):
    """The kind of file."""

    form: Literal["xlsx", "csv"] = "xlsx"


class ExportIn(ExportQuery):
    """An unmasked file, and what it is for."""

    purpose: str = Field(max_length=200)


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


@api.get("/registers")
@allow(*READERS)
def listing(query: DaysQuery) -> Response:
    """The days of each entrance, the newest first: open days and days with checks."""
    site = query.site or min(sites())
    lines = run(list_registers, site=site, last=query.last, days=query.days, entrance=query.entrance)
    return jsonify({"items": [_day_out(site, line).model_dump(mode="json") for line in lines], "next": None})


@api.get("/registers/<site>/<entrance>/form")
@allow(*READERS)
def form(path: EntrancePath, query: ExportQuery) -> Response:
    """The empty form as a file; filled in, an import reads it."""
    return file_answer(*run(empty_file, site=path.site, entrance=path.entrance, form=query.form))


@api.get("/registers/<site>/<entrance>/<day>")
@allow(*READERS)
def one(path: RegisterPath, query: RowsQuery) -> Response:
    """A day of an entrance with a page of its rows."""
    view = run(get_register, **path.model_dump(), after=query.after, limit=query.limit)
    return answer(register_out(view))


@api.post("/registers/<site>/<entrance>/<day>/signature")
@allow(*SIGNERS)
def signature(path: RegisterPath) -> Response:
    """Signs the caller's part, or an absent guard's; the last signature seals. The body may be left out."""
    body = optional_body(SignatureIn)
    return answer(_signed_out(run(sign_register, **path.model_dump(), **body.model_dump())), 201)


@api.post("/registers/<site>/<entrance>/<day>/amendments")
@allow(*SIGNERS)
def amendment(path: RegisterPath, body: AmendmentIn) -> Response:
    """Takes in what came or changed since the register was sealed, under a new seal."""
    return answer(_signed_out(run(amend_register, **path.model_dump(), reason=body.reason)), 201)


@api.get("/registers/<site>/<entrance>/<day>/verification")
@allow(*READERS)
def verification(path: RegisterPath) -> Response:
    """Whether seals, chain, rows and checks are as they were sealed, and what is not."""
    return jsonify(verification_out(run(verify_register, **path.model_dump())))


@api.get("/registers/<site>/<entrance>/<day>/export")
@allow(*READERS)
def export(path: RegisterPath, query: ExportQuery) -> Response:
    """The register as a file, people masked."""
    return file_answer(*run(export_register, **path.model_dump(), form=query.form))


@api.post("/registers/<site>/<entrance>/<day>/export")
@allow(Role.MONITOR, Role.COORDINATOR, Role.ADMIN)
def export_whole(path: RegisterPath, body: ExportIn) -> Response:
    """The register as a file, unmasked: who took it and what for is written down."""
    content = run(export_register, **path.model_dump(), form=body.form, unmask=True, purpose=body.purpose)
    return file_answer(*content)


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


def _signed_out(found: Answered) -> SignedOut:
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


def _day_out(site: str, line: DayLine) -> DayOut:
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
