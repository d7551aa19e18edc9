"""Signing, sealing and amending a register (plan G3).

Every guard who took checks signs his part, at any time from the day itself on; with the last signature the register is
sealed. An open day without a check is sealed by one signature (零报告). What comes later is taken in by an amendment.
Whoever signs locks the end of the entrance's chain first, so two at once are one after the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from common.civil.calendar import WorkingCalendar
from common.copies.lookups import calendar_overrides
from common.errors import Conflict, Forbidden
from common.ids import new_id
from common.op import Op, text_or_invalid, usecase
from common.roles import Role
from common.site import settings_of
from screening.domain.register import Guard, Signed, is_open_on, waiting
from screening.models import MonitoringGroup, Register, RegisterSignature
from screening.models.base import NAME_LENGTH
from screening.models.registers import REASON_LENGTH
from screening.usecases.registers_rows import Stand, check_day, hexed, not_sealed, pending_checks, stand_of
from screening.usecases.registers_seal import locked_chain, seal_register

REASON_WORDS = ("The reason", "原因")


@dataclass(frozen=True)
class Answered:
    """A register after a signature or an amendment."""

    register_id: str
    version: int
    head: bytes | None
    signatures: Sequence[RegisterSignature]
    waiting: Sequence[Guard]
    again: bool = False


@usecase
def sign_register(
    op: Op, *, site: str, entrance: str, day: date, on_behalf_of: str | None = None, reason: str | None = None
) -> Answered:
    """Signs the caller's part of a day, or an absent guard's with a reason; the last signature seals it.

    Signing again gives the same answer. Raises Invalid for a day to come or a missing reason, Forbidden for whoever may
    not sign, Conflict where there is nothing of his to sign, on a closed day, and for a sealed register.
    """
    check_day(op, site, day)
    chain = locked_chain(op, site, entrance)
    stand = stand_of(op, site, entrance, day)
    ref = on_behalf_of or op.caller.id
    mine = next((guard for guard in stand.guards if guard.ref == ref), None)
    if stand.version:
        return _signed_before(stand, ref)
    if ref != op.caller.id:
        _may_stand_in(op, site)
        reason = text_or_invalid(reason, field="reason", words=REASON_WORDS, limit=REASON_LENGTH)
    else:
        _may_sign(op, site, taken_part=mine is not None)
        reason = None
    left = waiting(stand.guards, [Signed(one.guard_ref, one.checks) for one in stand.signatures])
    if mine is None or ref not in {guard.ref for guard in left}:
        if mine is not None:
            return _answered(stand.register, stand.signatures, left, again=True)
        _check_nothing_of_others(op, stand, left, ref)
        mine = Guard(ref, op.caller.name[:NAME_LENGTH], 0)
    register = stand.register or _new_register(op, stand)
    signatures = _put_signature(op, register, stand.signatures, mine, reason)
    left = [guard for guard in left if guard.ref != mine.ref]
    if not left:
        seal_register(op, chain, stand, register, signatures, reason=None)
    op.audit(
        "register.sealed" if not left else "register.signed",
        site=site,
        subject=f"register:{register.id}",
        particulars={
            "day": day.isoformat(),
            "entrance": stand.place.id,
            "version": register.version,
            "head": hexed(register.head) or "",
            "guard": mine.ref,
        },
    )
    return _answered(register, signatures, left)


@usecase
def amend_register(op: Op, *, site: str, entrance: str, day: date, reason: str) -> Answered:
    """Takes in what came or changed since a register was sealed, with a reason, under a new seal that the caller signs.

    Raises Conflict for a register that is not sealed, has nothing to take in, or was destroyed; Forbidden, Invalid.
    """
    chain = locked_chain(op, site, entrance)
    stand = stand_of(op, site, entrance, day)
    _may_sign(op, site, taken_part=any(guard.ref == op.caller.id for guard in stand.guards))
    said = text_or_invalid(reason, field="reason", words=REASON_WORDS, limit=REASON_LENGTH)
    register = stand.register
    if register is None or register.version == 0:
        raise not_sealed()
    late = pending_checks(op, register)
    if not late:
        raise Conflict(
            "register.nothing_to_amend",
            "Nothing came or changed since the register was sealed.",
            "登记表封存后没有新增或变更的记录,无需更正。",
        )
    own = Guard(op.caller.id, op.caller.name[:NAME_LENGTH], len(late))
    signature = _signature(op, register, own, None)
    op.db.add(signature)
    signatures = [*stand.signatures, signature]
    seal_register(op, chain, stand, register, signatures, reason=said)
    op.audit(
        "register.amended",
        site=site,
        subject=f"register:{register.id}",
        particulars={"day": day.isoformat(), "version": register.version, "head": hexed(register.head) or ""},
    )
    return _answered(register, signatures, [])


def may_stand_in(op: Op, site: str) -> bool:
    """Whether the caller may sign for an absent guard: coordinators, and who leads the monitoring group."""
    if op.caller.holds(site, Role.COORDINATOR) or _trial_admin(op, site):
        return True
    group = op.db.get(MonitoringGroup, site)
    return group is not None and op.caller.id.rpartition(":")[2] in group.leaders


def _may_stand_in(op: Op, site: str) -> None:
    if not may_stand_in(op, site):
        raise Forbidden(
            "register.on_behalf",
            "For an absent guard signs a leader of the monitoring group or a coordinator.",
            "监测员缺席时,由监测登记组负责人或综合协调组代签。",
        )


def _may_sign(op: Op, site: str, *, taken_part: bool) -> None:
    if op.caller.holds(site, Role.MONITOR) or may_stand_in(op, site):
        return
    if taken_part and not op.caller.holds(site, Role.ADMIN):
        return
    raise Forbidden(
        "register.may_not_sign",
        "Registers are signed by guards; administrators sign in a trial alone.",
        "登记表由监测员签字;系统管理员仅在试用单位可以签字。",
    )


def _trial_admin(op: Op, site: str) -> bool:
    return op.caller.holds(site, Role.ADMIN) and settings_of(op.site(site)).admins_unmask


def _check_nothing_of_others(op: Op, stand: Stand, left: Sequence[Guard], ref: str) -> None:
    """Who took no checks signs only where nobody else has to: a day without checks, or one of devices and lists."""
    if left or stand.signatures or ref != op.caller.id:
        raise Conflict(
            "register.not_yours",
            "No check of this day is yours to sign. Waited for: {names}.",
            "当日登记表中没有需要您签字的记录。待签:{names_zh}。",
            names=", ".join(guard.name for guard in left) or "nobody",
            names_zh="、".join(guard.name for guard in left) or "无",
        )
    if stand.counts["total"]:
        return
    place = stand.place
    working = WorkingCalendar(calendar_overrides(op.db, place.site, stand.day, stand.day)).is_working_day(stand.day)
    if not is_open_on(stand.day, place.opening, place.closed_days, working=working) or stand.day < place.opened_on:
        raise Conflict(
            "register.closed_day",
            "The entrance was closed on {day} and nobody was checked: nothing is due.",
            "{day} 该入口不开放,也没有登记,无需报送。",
            day=stand.day.isoformat(),
        )


def _signed_before(stand: Stand, ref: str) -> Answered:
    """The answer to a signature under a register that is sealed: the same again, for whoever signed it."""
    register = stand.register
    assert register is not None
    if any(one.guard_ref == ref for one in stand.signatures):
        return _answered(register, stand.signatures, [], again=True)
    raise Conflict(
        "register.sealed",
        "The register is sealed: what came later is taken in by an amendment.",
        "登记表已封存:之后的记录请通过更正补签。",
    )


def _answered(
    register: Register | None, signatures: Sequence[RegisterSignature], left: Sequence[Guard], *, again: bool = False
) -> Answered:
    assert register is not None
    return Answered(register.id, register.version, register.head, signatures, left, again)


def _new_register(op: Op, stand: Stand) -> Register:
    register = Register(id=new_id(), site=stand.place.site, entrance_id=stand.place.id, day=stand.day, version=0)
    op.db.add(register)
    op.db.flush()
    return register


def _put_signature(
    op: Op, register: Register, before: Sequence[RegisterSignature], guard: Guard, reason: str | None
) -> list[RegisterSignature]:
    """All signatures, with this one: new, or instead of the guard's own over fewer checks."""
    fresh = _signature(op, register, guard, reason)
    known = next((one for one in before if one.guard_ref == guard.ref), None)
    if known is None:
        op.db.add(fresh)
        return [*before, fresh]
    known.at, known.checks = fresh.at, fresh.checks
    known.by_ref, known.by_name, known.reason = fresh.by_ref, fresh.by_name, fresh.reason
    return list(before)


def _signature(op: Op, register: Register, guard: Guard, reason: str | None) -> RegisterSignature:
    other = guard.ref != op.caller.id
    return RegisterSignature(
        id=new_id(),
        site=register.site,
        register_id=register.id,
        version=register.version + 1,
        guard_ref=guard.ref,
        guard_name=guard.name,
        at=op.now,
        checks=guard.checks,
        by_ref=op.caller.id if other else None,
        by_name=op.caller.name[:NAME_LENGTH] if other else None,
        reason=reason if other else None,
    )
