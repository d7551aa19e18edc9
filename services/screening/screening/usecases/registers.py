"""Reading registers: a day of an entrance with its rows, and the list of days with what must be signed first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import and_, func, or_, select

from common.civil.calendar import WorkingCalendar
from common.civil.document import mask_document
from common.civil.name import mask_name
from common.civil.phone import mask_phone
from common.copies.lookups import calendar_overrides
from common.data.paging import Page, decode_cursor, page_of
from common.errors import Invalid
from common.op import Op, usecase
from screening.domain.register import Guard, Signed, State, is_open_on, state_of, waiting
from screening.models import Check, Entrance, Register, RegisterRow, RegisterSignature
from screening.usecases.chains import particulars_of
from screening.usecases.registers_rows import Stand, count_columns, held_rows, stand_of, to_amend
from screening.usecases.registers_sign import may_stand_in

DAYS_LISTED = 14


@dataclass(frozen=True)
class RowView:
    """A check in its register, masked. `standing`: sealed, late (to be taken in), changed (voided or completed since),
    or open."""

    check: Check
    standing: str
    masked_name: str
    document_type: str | None
    masked_document: str | None
    masked_phone: str | None


@dataclass(frozen=True)
class RegisterView:
    """A day of an entrance as it is read."""

    stand: Stand
    state: State
    waiting: Sequence[Guard]
    to_amend: int
    rows: Page[RowView]
    may_stand_in: bool


@dataclass(frozen=True)
class DayLine:
    """A day of an entrance in the list. `due`: open or with checks, and not sealed."""

    day: date
    entrance_id: str
    entrance_code: str
    entrance_name: str
    state: State
    version: int
    head: bytes | None
    counts: Mapping[str, int]
    waiting: Sequence[Guard]
    to_amend: int
    open_day: bool
    mine: bool
    """Whether the caller is waited for."""

    @property
    def due(self) -> bool:
        """Whether a signature is due."""
        return self.version == 0 and (self.open_day or self.counts["total"] > 0)


@usecase(read=True)
def get_register(
    op: Op, *, site: str, entrance: str, day: date, after: str | None = None, limit: int = 100
) -> RegisterView:
    """A day of an entrance with a page of its rows in the order of time. Raises NotFound, Forbidden, Invalid."""
    stand = stand_of(op, site, entrance, day)
    pending = 0
    if stand.register is not None and stand.version:
        register = stand.register
        query = select(func.count()).select_from(Check).outerjoin(RegisterRow, held_rows(register))
        pending = op.db.scalar(query.where(to_amend(register))) or 0
    signed = [Signed(one.guard_ref, one.checks) for one in stand.signatures]
    left = [] if stand.version else waiting(stand.guards, signed)
    state = state_of(stand.version, len(stand.signatures))
    return RegisterView(stand, state, left, pending, _rows(op, stand, after, limit), may_stand_in(op, site))


def _rows(op: Op, stand: Stand, after: str | None, limit: int) -> Page[RowView]:
    register = stand.register
    sealed = register is not None and register.version > 0
    joined = held_rows(register) if register is not None else RegisterRow.check_id == ""
    query = (
        select(Check, RegisterRow.check_id, RegisterRow.voided, RegisterRow.completed)
        .outerjoin(RegisterRow, joined)
        .where(Check.site == stand.place.site, Check.entrance_id == stand.place.id, Check.day == stand.day)
    )
    if after is not None:
        at, ident = decode_cursor(after, 2)
        try:
            seen = datetime.fromisoformat(str(at))
            if seen.tzinfo is None:
                raise ValueError(at)
        except ValueError:
            raise Invalid("paging.cursor", "The cursor is not one of ours.", "游标无效。", field="after") from None
        query = query.where(or_(Check.measured_at > seen, and_(Check.measured_at == seen, Check.id > str(ident))))
    found = op.db.execute(query.order_by(Check.measured_at, Check.id).limit(limit + 1)).all()
    views = []
    for check, held_id, voided, completed in found:
        held: str | None = held_id
        standing = "open"
        if sealed and held is None:
            standing = "late"
        elif sealed:
            after_seal = (check.voided_at is not None and not voided) or (
                check.completed_at is not None and not completed
            )
            standing = "changed" if after_seal else "sealed"
        views.append(_row_view(check, standing))
    return page_of(views, limit, lambda view: [view.check.measured_at.isoformat(), view.check.id])


def _row_view(check: Check, standing: str) -> RowView:
    kept = particulars_of(check)
    document, phone = kept.get("document_number"), kept.get("phone")
    return RowView(
        check,
        standing,
        mask_name(check.name) if check.name else "无名",
        kept.get("document_type"),
        mask_document(document) if document else None,
        mask_phone(phone) if phone else None,
    )


@usecase(read=True)
def list_registers(
    op: Op, *, site: str, last: date | None = None, days: int = DAYS_LISTED, entrance: str | None = None
) -> list[DayLine]:
    """The days up to and with `last` (default today) of each entrance: newest first; open days and days with checks."""
    op.site(site)
    last = last or op.today(site)
    first = last - timedelta(days=days - 1)
    places = list(op.db.scalars(select(Entrance).where(Entrance.site == site).order_by(Entrance.code)))
    if entrance is not None:
        places = [place for place in places if entrance in (place.code, place.id)]
    counts, guards = _counted_days(op, site, first, last)
    registers = _registers(op, site, first, last)
    pending = _pending_days(op, site, first, last)
    calendar = WorkingCalendar(calendar_overrides(op.db, site, first, last))
    lines = []
    for offset in range(days):
        day = last - timedelta(days=offset)
        working = calendar.is_working_day(day)
        for place in places:
            key = (place.id, day)
            register, signed = registers.get(key, (None, []))
            is_open = place.active and day >= place.opened_on
            is_open = is_open and is_open_on(day, place.opening, place.closed_days, working=working)
            if register is None and key not in counts and not is_open:
                continue
            version = 0 if register is None else register.version
            left = [] if version else waiting(guards.get(key, []), signed)
            lines.append(
                DayLine(
                    day,
                    place.id,
                    place.code,
                    place.name,
                    state_of(version, len(signed)),
                    version,
                    None if register is None else register.head,
                    counts.get(key, {"total": 0}),
                    left,
                    pending.get(key, 0),
                    is_open,
                    any(guard.ref == op.caller.id for guard in left),
                )
            )
    return lines


def _counted_days(
    op: Op, site: str, first: date, last: date
) -> tuple[dict[tuple[str, date], dict[str, int]], dict[tuple[str, date], list[Guard]]]:
    columns = count_columns()
    query = (
        select(Check.entrance_id, Check.day, Check.guard_ref, func.max(Check.guard_name).label("guard_name"), *columns)
        .where(Check.site == site, Check.day >= first, Check.day <= last)
        .group_by(Check.entrance_id, Check.day, Check.guard_ref)
    )
    counts: dict[tuple[str, date], dict[str, int]] = {}
    guards: dict[tuple[str, date], list[Guard]] = {}
    for row in op.db.execute(query):
        key = (row.entrance_id, row.day)
        found = counts.setdefault(key, dict.fromkeys([column.name for column in columns], 0))
        for name in found:
            found[name] += row._mapping[name]
        guards.setdefault(key, []).append(Guard(row.guard_ref, row.guard_name, row.total))
    return counts, guards


def _registers(op: Op, site: str, first: date, last: date) -> dict[tuple[str, date], tuple[Register, list[Signed]]]:
    query = (
        select(Register, RegisterSignature.guard_ref, RegisterSignature.checks)
        .outerjoin(RegisterSignature, RegisterSignature.register_id == Register.id)
        .where(Register.site == site, Register.day >= first, Register.day <= last)
    )
    found: dict[tuple[str, date], tuple[Register, list[Signed]]] = {}
    for register, ref, checks in op.db.execute(query):
        entry = found.setdefault((register.entrance_id, register.day), (register, []))
        if ref is not None:
            entry[1].append(Signed(ref, checks))
    return found


def _pending_days(op: Op, site: str, first: date, last: date) -> dict[tuple[str, date], int]:
    """How many checks sealed days have still to take in."""
    query = (
        select(Check.entrance_id, Check.day, func.count().label("pending"))
        .join(
            Register,
            and_(
                Register.site == Check.site,
                Register.entrance_id == Check.entrance_id,
                Register.day == Check.day,
                Register.version > 0,
            ),
        )
        .outerjoin(
            RegisterRow,
            and_(RegisterRow.register_id == Register.id, RegisterRow.check_id == Check.id, RegisterRow.until.is_(None)),
        )
        .where(
            Check.site == site,
            Check.day >= first,
            Check.day <= last,
            or_(
                RegisterRow.check_id.is_(None),
                and_(Check.voided_at.is_not(None), RegisterRow.voided.is_(False)),
                and_(Check.completed_at.is_not(None), RegisterRow.completed.is_(False)),
            ),
        )
        .group_by(Check.entrance_id, Check.day)
    )
    return {(row.entrance_id, row.day): row.pending for row in op.db.execute(query)}
