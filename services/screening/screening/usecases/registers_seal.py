"""Sealing: the rows' digests, the head over them, and the entrance's chain of heads.

The first seal of a day follows the newest seal of the entrance, whatever day that is of: late seals of older days are
chained in the order in which they are made. An amendment follows the version it amends, and its header names the newest
seal of the entrance too, so that all seals of an entrance stand in one order.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlalchemy import insert, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from common.audit.canonical import new_salt, plain
from common.audit.tree import row_digest, seal
from common.errors import Conflict
from common.events.catalogue.screening import RegisterSealed
from common.ids import new_id
from common.op import Op
from screening.domain.register import counts_of, seal_header
from screening.models import (
    REGISTER_ROW,
    Check,
    Register,
    RegisterChain,
    RegisterRow,
    RegisterSeal,
    RegisterSignature,
    SealedDay,
)
from screening.usecases.entrances import find_entrance
from screening.usecases.registers_rows import Stand, content_of, hexed, live_checks, pending_checks, split


def locked_chain(op: Op, site: str, entrance: str) -> RegisterChain:
    """The end of an entrance's chain, made if it is not there, locked until the transaction ends."""
    place = find_entrance(op, site=site, ref=entrance)
    wanted = (
        select(RegisterChain)
        .where(RegisterChain.site == site, RegisterChain.entrance_id == place.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    chain = op.db.scalars(wanted).one_or_none()
    if chain is None:
        upsert = postgresql_insert if op.db.get_bind().dialect.name == "postgresql" else sqlite_insert
        fresh = upsert(RegisterChain).values(site=site, entrance_id=place.id, position=0, head=None)
        op.db.execute(fresh.on_conflict_do_nothing())
        chain = op.db.scalars(wanted).one()
    return chain


def seal_register(
    op: Op,
    chain: RegisterChain,
    stand: Stand,
    register: Register,
    signatures: Sequence[RegisterSignature],
    *,
    reason: str | None,
) -> RegisterSeal:
    """Seals the next version of a register, moves the chain's end and tells of it."""
    place, version = stand.place, register.version + 1
    checks = live_checks(op, place.site, place.id, stand.day)
    digests = _new_digests(op, register, checks) if version == 1 else _amended_digests(op, register, checks)
    counts = counts_of(content_of(check) for check in checks)
    header = plain(
        seal_header(
            site=place.site,
            register_id=register.id,
            entrance_id=place.id,
            entrance=place.code,
            day=stand.day.isoformat(),
            version=version,
            position=chain.position + 1,
            after=hexed(chain.head),
            sealed_at=op.now,
            signatures=[
                {"guard": one.guard_ref, "at": one.at, "version": one.version, "by": one.by_ref, "reason": one.reason}
                for one in signatures
            ],
            counts=counts,
            reason=reason,
        )
    )
    previous = chain.head if version == 1 else register.head
    sealed = seal(header, digests, None if previous is None else bytes(previous))
    row = RegisterSeal(
        id=new_id(),
        site=place.site,
        register_id=register.id,
        entrance_id=place.id,
        version=version,
        position=chain.position + 1,
        sealed_at=op.now,
        header=header,
        root=sealed.root,
        head=sealed.head,
        previous=previous,
        count=sealed.count,
        digests=b"".join(digests),
        by_ref=op.caller.id,
        reason=reason,
    )
    op.db.add(row)
    chain.position, chain.head = row.position, row.head
    register.version, register.head, register.sealed_at = version, row.head, op.now
    if version == 1:
        op.db.add(SealedDay(site=place.site, entrance_id=place.id, day=stand.day, sealed_at=op.now))
    _tell(op, stand, row, signatures, counts)
    return row


def _new_digests(op: Op, register: Register, checks: Sequence[Check]) -> list[bytes]:
    rows = [_row(register, check, since=1) for check in checks]
    if rows:
        op.db.execute(insert(REGISTER_ROW), rows)
    return [row["digest"] for row in rows]  # type: ignore[misc]


def _amended_digests(op: Op, register: Register, checks: Sequence[Check]) -> list[bytes]:
    """The digests of the version before, changed rows in their places and new ones at the end."""
    version = register.version + 1
    if len(checks) < register_size(op, register):
        raise Conflict(
            "register.destroyed",
            "Checks of this day were destroyed when their time was up: the register stays as it is sealed.",
            "当日记录已超过保存期限并销毁,登记表不能再更正。",
        )
    before = op.db.scalars(
        select(RegisterSeal.digests).where(
            RegisterSeal.register_id == register.id, RegisterSeal.version == register.version
        )
    ).one()
    digests = split(before)
    places = {digest: place for place, digest in enumerate(digests)}
    fresh = []
    for check, held in pending_checks(op, register):
        row = _row(register, check, since=version)
        fresh.append(row)
        if held is None:
            digests.append(row["digest"])  # type: ignore[arg-type]
        else:
            digests[places[bytes(held.digest)]] = row["digest"]  # type: ignore[call-overload]
            held.until = version
    op.db.flush()
    op.db.execute(insert(REGISTER_ROW), fresh)
    return digests


def register_size(op: Op, register: Register) -> int:
    """How many rows the newest seal of a register holds."""
    query = select(RegisterSeal.count).where(
        RegisterSeal.register_id == register.id, RegisterSeal.version == register.version
    )
    return op.db.scalars(query).one()


def _row(register: Register, check: Check, *, since: int) -> dict[str, object]:
    content, salt = content_of(check), new_salt()
    return {
        "register_id": register.id,
        "check_id": check.id,
        "sequence": check.sequence,
        "site": register.site,
        "digest": row_digest(content, salt),
        "salt": salt,
        "content": json.dumps(content, ensure_ascii=False),
        "voided": check.voided_at is not None,
        "completed": check.completed_at is not None,
        "since": since,
    }


def _tell(
    op: Op, stand: Stand, seal_row: RegisterSeal, signatures: Sequence[RegisterSignature], counts: dict[str, int]
) -> None:
    op.emit(
        RegisterSealed(
            register_id=seal_row.register_id,
            entrance_id=stand.place.id,
            entrance_code=stand.place.code,
            entrance_name=stand.place.name,
            day=stand.day,
            version=seal_row.version,
            head=seal_row.head.hex(),
            previous=hexed(seal_row.previous),
            sealed_at=seal_row.sealed_at,
            signers=tuple(dict.fromkeys(one.by_ref or one.guard_ref for one in signatures)),
            counts=counts,
            amendment_reason=seal_row.reason,
        ),
        site=stand.place.site,
        subject=seal_row.register_id,
        sequence=seal_row.version,
    )


def erase_rows(op: Op, site: str, register_ids: Sequence[str]) -> int:
    """Destroys content and salts of registers' rows; digests and seals stay, so the registers stay verifiable."""
    done = op.db.execute(
        update(RegisterRow)
        .where(RegisterRow.site == site, RegisterRow.register_id.in_(register_ids), RegisterRow.content.is_not(None))
        .values(content=None, salt=None)
        .returning(RegisterRow.check_id)
        .execution_options(synchronize_session=False)
    )
    return len(done.all())
