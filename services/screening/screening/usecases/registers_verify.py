"""Verifying registers: seals, chain, rows, and the checks as they stand now (plan G3)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import or_, select

from common.audit.tree import Seal, check_head, row_digest, tree_root
from common.errors import SizaoError
from common.op import Op, usecase
from common.site import settings_of
from screening.domain.register import Content, differences
from screening.models import Register, RegisterChain, RegisterRow, RegisterSeal
from screening.usecases.entrances import find_entrance
from screening.usecases.registers_rows import content_of, live_checks, not_sealed, sealed_content, split, stand_of


@dataclass(frozen=True)
class Fault:
    """Something that is not as it was sealed. `number` is the row's in the register, from 1."""

    kind: str
    version: int
    zh: str
    en: str
    number: int | None = None
    check_id: str | None = None
    fields: tuple[str, ...] = ()


@dataclass(frozen=True)
class Verification:
    """What a verification found."""

    day: date
    version: int
    head: bytes
    rows: int
    erased: int
    """Rows whose content was destroyed when its time was up; their digests still hold the tree together."""
    faults: Sequence[Fault]

    @property
    def holds(self) -> bool:
        """Whether everything is as it was sealed."""
        return not self.faults


@usecase(read=True)
def verify_register(op: Op, *, site: str, entrance: str, day: date) -> Verification:
    """Verifies a day's seals, their places in the chain, its rows, and that the checks are those that were sealed.

    Raises Conflict for a register that is not sealed, NotFound, Forbidden.
    """
    stand = stand_of(op, site, entrance, day)
    if stand.register is None or not stand.seals:
        raise not_sealed()
    return _verify(op, stand.register, stand.seals)


@usecase(read=True)
def verify_entrance(op: Op, *, site: str, entrance: str) -> list[Verification]:
    """Verifies every sealed register of an entrance, oldest first, and that its chain ends where it is said to end."""
    place = find_entrance(op, site=site, ref=entrance)
    query = (
        select(Register, RegisterSeal)
        .outerjoin(RegisterSeal, RegisterSeal.register_id == Register.id)
        .where(Register.site == site, Register.entrance_id == place.id, Register.version > 0)
        .order_by(Register.day, RegisterSeal.version)
    )
    rows: list[tuple[Register, RegisterSeal | None]] = [(one, seal) for one, seal in op.db.execute(query)]
    found: dict[str, tuple[Register, list[RegisterSeal]]] = {}
    for register, seal in rows:
        seals = found.setdefault(register.id, (register, []))[1]
        if seal is not None:
            seals.append(seal)
    return [_verify(op, register, seals) for register, seals in found.values()]


def _verify(op: Op, register: Register, seals: Sequence[RegisterSeal]) -> Verification:
    query = select(RegisterRow).where(RegisterRow.site == register.site, RegisterRow.register_id == register.id)
    rows = op.db.scalars(query).all()
    faults = [*_register_faults(register, seals), *_chain_faults(op, register, seals)]
    for seal in seals:
        faults += _seal_faults(seal)
        faults += _row_set_faults(seal, rows)
    numbers = {digest: n for seal in seals for n, digest in enumerate(split(seal.digests), 1)}
    faults += _content_faults(rows, numbers)
    faults += _live_faults(op, register, rows, numbers)
    current = [row for row in rows if row.until is None]
    erased = sum(row.content is None for row in current)
    head = seals[-1].head if seals else register.head or b""
    return Verification(register.day, register.version, bytes(head), len(current), erased, faults)


def _register_faults(register: Register, seals: Sequence[RegisterSeal]) -> Iterable[Fault]:
    versions = [seal.version for seal in seals]
    if versions != list(range(1, register.version + 1)):
        yield Fault("seal_missing", register.version, "有版本的封存记录缺失", "a version's seal is missing")
    elif bytes(register.head or b"") != bytes(seals[-1].head):
        yield Fault("head", register.version, "登记表的封存码与封存记录不符", "the register's head is not its seal's")


def _seal_faults(seal: RegisterSeal) -> Iterable[Fault]:
    digests = split(seal.digests)
    said = f"第 {seal.version} 版"
    if tree_root(digests) != bytes(seal.root) or len(digests) != seal.count:
        yield Fault("root", seal.version, f"{said}:行摘要被改动", "the list of digests was changed")
    previous = None if seal.previous is None else bytes(seal.previous)
    try:
        held = check_head(Seal(bytes(seal.root), bytes(seal.head), seal.count), seal.header, previous)
    except SizaoError:
        held = False
    if not held or seal.header.get("position") != seal.position or seal.header.get("version") != seal.version:
        yield Fault("head", seal.version, f"{said}:封存码与表头不符", "the head does not bind this header")


def _chain_faults(op: Op, register: Register, seals: Sequence[RegisterSeal]) -> Iterable[Fault]:
    """Each seal stands right after the entrance's seal before it; the newest of all is the chain's end."""
    positions = {place for seal in seals for place in (seal.position - 1, seal.position + 1)}
    query = select(RegisterSeal.position, RegisterSeal.head, RegisterSeal.header).where(
        RegisterSeal.site == register.site,
        RegisterSeal.entrance_id == register.entrance_id,
        or_(RegisterSeal.position.in_(positions), RegisterSeal.register_id == register.id),
    )
    near = {row.position: row for row in op.db.execute(query)}
    end = op.db.get(RegisterChain, (register.site, register.entrance_id))
    for seal in seals:
        before, after = near.get(seal.position - 1), near.get(seal.position + 1)
        said = None if before is None else bytes(before.head).hex()
        first = seal.position == 1
        broken = seal.header.get("after") != said or (before is None and not first)
        if seal.version == 1:
            broken = broken or (None if seal.previous is None else bytes(seal.previous).hex()) != said
        else:
            earlier = next((one for one in seals if one.version == seal.version - 1), None)
            broken = broken or earlier is None or bytes(seal.previous or b"") != bytes(earlier.head)
        own = bytes(seal.head).hex()
        if after is not None:
            broken = broken or after.header.get("after") != own
        else:
            broken = broken or end is None or (end.position, bytes(end.head or b"").hex()) != (seal.position, own)
        if broken:
            yield Fault(
                "chain", seal.version, f"第 {seal.version} 版:与前后登记表的链接断开", "the chain is broken here"
            )


def _row_set_faults(seal: RegisterSeal, rows: Sequence[RegisterRow]) -> Iterable[Fault]:
    held = [row for row in rows if row.since <= seal.version and (row.until is None or row.until > seal.version)]
    listed = split(seal.digests)
    there = Counter(bytes(row.digest) for row in held)
    for number, digest in enumerate(listed, 1):
        if not there[digest]:
            yield Fault(
                "row_missing",
                seal.version,
                f"第 {seal.version} 版第 {number} 行缺失或摘要被改动",
                f"row {number} of version {seal.version} is missing, or its digest was changed",
                number,
            )
    known = set(listed)
    for row in held:
        if bytes(row.digest) not in known:
            yield Fault(
                "row_added",
                seal.version,
                f"第 {seal.version} 版多出一行封存时没有的内容",
                f"version {seal.version} has a row that was not sealed",
                None,
                row.check_id,
            )


def _content_faults(rows: Sequence[RegisterRow], numbers: dict[bytes, int]) -> Iterable[Fault]:
    for row in rows:
        if row.salt is None:
            continue
        try:
            content = sealed_content(row)
            right = content is not None and row_digest(content, bytes(row.salt)) == bytes(row.digest)
        except (SizaoError, ValueError):
            right = False
        if not right:
            number = numbers.get(bytes(row.digest))
            yield Fault(
                "row_changed",
                row.until or row.since,
                f"第 {number} 行的封存内容被改动",
                f"the sealed content of row {number} was changed",
                number,
                row.check_id,
            )


def _live_faults(op: Op, register: Register, rows: Sequence[RegisterRow], numbers: dict[bytes, int]) -> Iterable[Fault]:
    """Holds the checks as they stand against the rows of the newest version."""
    live = {check.id: check for check in live_checks(op, register.site, register.entrance_id, register.day)}
    retention = settings_of(op.site(register.site)).retention
    may_be_gone = register.day < op.today(register.site) - timedelta(days=retention.checks)
    for row in rows:
        sealed = _readable(row) if row.until is None else None
        if sealed is None:
            continue
        number, check = numbers.get(bytes(row.digest)), live.get(row.check_id)
        if check is None:
            if not may_be_gone:
                zh, en = f"第 {number} 行的原始记录被删除", f"the check of row {number} was deleted"
                yield Fault("check_missing", register.version, zh, en, number, row.check_id)
            continue
        changed = tuple(differences(sealed, content_of(check)))
        if changed:
            yield Fault(
                "check_changed",
                register.version,
                f"第 {number} 行的原始记录与封存时不同",
                f"the check of row {number} is not as it was sealed",
                number,
                row.check_id,
                changed,
            )


def _readable(row: RegisterRow) -> Content | None:
    try:
        return sealed_content(row)
    except (SizaoError, ValueError):
        return None
