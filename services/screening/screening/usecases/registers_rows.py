"""The rows of a register: checks as they stand, and as they were sealed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select

from common.audit.canonical import plain
from common.errors import Conflict, Invalid
from common.op import Op
from screening.domain.register import COUNTS, Content, Guard
from screening.models import Check, Register, RegisterRow, RegisterSeal, RegisterSignature
from screening.usecases.chains import particulars_of
from screening.usecases.entrances import EntranceView, find_entrance


@dataclass(frozen=True)
class Stand:
    """A day of an entrance: its register if anybody signed, what is counted, who took part and who signed."""

    place: EntranceView
    day: date
    register: Register | None
    seals: Sequence[RegisterSeal]
    counts: Mapping[str, int]
    guards: Sequence[Guard]
    signatures: Sequence[RegisterSignature]

    @property
    def version(self) -> int:
        """0: not sealed."""
        return 0 if self.register is None else self.register.version


def content_of(check: Check) -> dict[str, Any]:
    """What is sealed of a check: the particulars as they stand, spelled canonically."""
    kept = particulars_of(check)
    found: dict[str, Any] = plain(
        {
            "check_id": check.id,
            "sequence": check.sequence,
            "measured_at": check.measured_at,
            "recorded_at": check.recorded_at,
            "kind": check.person_kind,
            "name": check.name,
            "staff_number": check.staff_number,
            "document_type": kept.get("document_type"),
            "document_number": kept.get("document_number"),
            "phone": kept.get("phone"),
            "company": check.company,
            "purpose": check.purpose,
            "reading": check.reading,
            "fever": check.fever,
            "mask": check.mask,
            "refused_measurement": check.refused_measurement,
            "symptoms": check.symptoms,
            "manual_hold": check.manual_hold,
            "thermometer": check.thermometer,
            "decision": check.decision,
            "reasons": check.reasons,
            "guard": check.guard_ref,
            "guard_name": check.guard_name,
            "link": check.link,
            "imported": check.imported,
            "late": check.late,
            "protocol": check.protocol_code,
            "notice": check.notice_version,
            "departed_at": check.departed_at,
            "voided_at": check.voided_at,
            "void_reason": check.void_reason,
            "completed_at": check.completed_at,
        }
    )
    return found


def sealed_content(row: RegisterRow) -> Content | None:
    """A sealed row's particulars; nothing once they were destroyed."""
    found: dict[str, Any] | None = json.loads(row.content) if row.content is not None else None
    return found


def stand_of(op: Op, site: str, entrance: str, day: date) -> Stand:
    """A day of an entrance. Raises Forbidden for a foreign site, NotFound for a foreign entrance."""
    place = find_entrance(op, site=site, ref=entrance)
    query = (
        select(Register, RegisterSeal)
        .outerjoin(RegisterSeal, RegisterSeal.register_id == Register.id)
        .where(Register.site == site, Register.entrance_id == place.id, Register.day == day)
        .order_by(RegisterSeal.version)
    )
    rows: list[tuple[Register, RegisterSeal | None]] = [(one, seal) for one, seal in op.db.execute(query)]
    register = rows[0][0] if rows else None
    counts, guards = counted(op, site, place.id, day)
    signatures: Sequence[RegisterSignature] = ()
    if register is not None:
        signed = select(RegisterSignature).where(
            RegisterSignature.site == site, RegisterSignature.register_id == register.id
        )
        signatures = op.db.scalars(signed.order_by(RegisterSignature.version, RegisterSignature.at)).all()
    return Stand(place, day, register, [seal for _, seal in rows if seal is not None], counts, guards, signatures)


def counted(op: Op, site: str, entrance_id: str, day: date) -> tuple[dict[str, int], list[Guard]]:
    """What an entrance's day comes to, and who took its checks, in one statement."""
    counts = dict.fromkeys(COUNTS, 0)
    guards: list[Guard] = []
    query = (
        select(Check.guard_ref, func.max(Check.guard_name).label("guard_name"), *count_columns())
        .where(Check.site == site, Check.entrance_id == entrance_id, Check.day == day)
        .group_by(Check.guard_ref)
        .order_by(func.min(Check.measured_at))
    )
    for row in op.db.execute(query):
        found = row._mapping  # the columns are named by COUNTS
        for name in COUNTS:
            counts[name] += found[name]
        guards.append(Guard(row.guard_ref, row.guard_name, found["total"]))
    return counts, guards


def count_columns() -> list[ColumnElement[int]]:
    """The counts of a register as columns of a grouped statement over checks."""
    alive = Check.voided_at.is_(None)
    conditions: dict[str, ColumnElement[bool]] = {
        "admit": and_(alive, Check.decision == "admit"),
        "refuse": and_(alive, Check.decision == "refuse"),
        "hold": and_(alive, Check.decision == "hold"),
        "fever": and_(alive, Check.fever),
        "staff": and_(alive, Check.person_kind == "staff"),
        "visitors": and_(alive, Check.person_kind == "visitor"),
        "unnamed": and_(alive, Check.person_kind == "unnamed"),
        "departed": and_(alive, Check.departed_at.is_not(None)),
        "late": and_(alive, Check.late),
        "voided": Check.voided_at.is_not(None),
    }
    total: ColumnElement[int] = func.count().label("total")
    return [total, *(func.sum(case((when, 1), else_=0)).label(name) for name, when in conditions.items())]


def live_checks(op: Op, site: str, entrance_id: str, day: date) -> Sequence[Check]:
    """The day's checks in the order of the register."""
    query = select(Check).where(Check.site == site, Check.entrance_id == entrance_id, Check.day == day)
    return op.db.scalars(query.order_by(Check.measured_at, Check.id)).all()


def to_amend(register: Register) -> ColumnElement[bool]:
    """Which checks joined with their sealed rows a sealed register has to take in: those that it does not hold, and
    those voided or completed since. (By what the seal holds, never by when a check came: one may commit meanwhile.)"""
    return and_(
        Check.site == register.site,
        Check.entrance_id == register.entrance_id,
        Check.day == register.day,
        or_(
            RegisterRow.check_id.is_(None),
            and_(Check.voided_at.is_not(None), RegisterRow.voided.is_(False)),
            and_(Check.completed_at.is_not(None), RegisterRow.completed.is_(False)),
        ),
    )


def held_rows(register: Register) -> ColumnElement[bool]:
    """The join of a check with the row that the newest seal holds of it."""
    return and_(RegisterRow.register_id == register.id, RegisterRow.check_id == Check.id, RegisterRow.until.is_(None))


def pending_checks(op: Op, register: Register) -> list[tuple[Check, RegisterRow | None]]:
    """What a sealed register has to take in by an amendment, in order."""
    query = (
        select(Check, RegisterRow)
        .outerjoin(RegisterRow, held_rows(register))
        .where(to_amend(register))
        .order_by(Check.measured_at, Check.id)
    )
    return [(check, row) for check, row in op.db.execute(query)]


def check_day(op: Op, site: str, day: date) -> None:
    """Raises Invalid for a day to come."""
    if day > op.today(site):
        raise Invalid(
            "register.future",
            "The day {day} is still to come: its register can't be signed.",
            "日期 {day} 尚未到来,不能签字。",
            field="day",
            day=day.isoformat(),
        )


def not_sealed() -> Conflict:
    """The refusal of what only a sealed register has."""
    return Conflict("register.open", "The register is not sealed yet: sign it first.", "登记表尚未封存:请先完成签字。")


def sealed_rows(op: Op, register: Register, version: int | None = None) -> list[RegisterRow]:
    """The rows that a version of a register holds (the newest if none is named), in its order."""
    query = select(RegisterRow).where(RegisterRow.site == register.site, RegisterRow.register_id == register.id)
    if version is None:
        query = query.where(RegisterRow.until.is_(None))
    else:
        later = or_(RegisterRow.until.is_(None), RegisterRow.until > version)
        query = query.where(RegisterRow.since <= version, later)
    seal = op.db.scalars(
        select(RegisterSeal).where(
            RegisterSeal.register_id == register.id, RegisterSeal.version == (version or register.version)
        )
    ).one()
    order = {digest: place for place, digest in enumerate(split(seal.digests))}
    rows = op.db.scalars(query).all()
    return sorted(rows, key=lambda row: order.get(bytes(row.digest), len(order)))


def split(digests: bytes) -> list[bytes]:
    """The single digests in a seal's list of them."""
    return [bytes(digests[start : start + 32]) for start in range(0, len(digests), 32)]


def hexed(head: bytes | None) -> str | None:
    """A head in hexadecimal, if there is one."""
    return None if head is None else bytes(head).hex()
