"""Halls and entrances: opening them, changing them, finding them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import or_, select

from common.errors import Conflict, Invalid, Stale, not_found
from common.events.catalogue.screening import EntranceChanged
from common.ids import new_id
from common.op import Op, text_or_invalid, usecase
from screening.domain.opening import USUAL, read_closed_days, read_opening
from screening.models import Entrance, Hall

CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
NAME_WORDS = ("The name of the entrance", "入口名称")
HALL_WORDS = ("The name of the hall", "大厅名称")


@dataclass(frozen=True)
class EntranceView:
    """An entrance with its hall's name."""

    id: str
    site: str
    code: str
    name: str
    hall: str
    active: bool
    opening: Mapping[str, Any]
    closed_days: Sequence[str]
    opened_on: date
    sequence: int


@usecase(read=True)
def list_entrances(op: Op, *, site: str | None = None) -> list[EntranceView]:
    """Entrances of a site, or of every site the caller may see; those in use first, by code."""
    query = (
        select(Entrance, Hall.name)
        .join(Hall, Hall.id == Entrance.hall_id)
        .order_by(Entrance.site, Entrance.active.desc(), Entrance.code)
    )
    if site is not None:
        op.site(site)
        query = query.where(Entrance.site == site)
    return [_view(entrance, hall) for entrance, hall in op.db.execute(query)]


@usecase(read=True)
def find_entrance(op: Op, *, site: str, ref: str) -> EntranceView:
    """The site's entrance with this code, id or name; raises NotFound."""
    op.site(site)
    query = (
        select(Entrance, Hall.name)
        .join(Hall, Hall.id == Entrance.hall_id)
        .where(Entrance.site == site, or_(Entrance.code == ref, Entrance.id == ref, Entrance.name == ref))
        .order_by(Entrance.code == ref, Entrance.code)
    )
    found = op.db.execute(query).all()
    if not found:
        missing = not_found("entrance", "入口", ref[:40])
        missing.field = "entrance"
        raise missing
    return _view(*found[-1])


@usecase
def open_entrance(
    op: Op,
    *,
    site: str,
    code: str,
    name: str,
    hall: str,
    opening: Mapping[str, Any] | None = None,
    closed_days: Sequence[object] = (),
) -> EntranceView:
    """Opens an entrance from today on; its hall is made if there is none of that name.

    Raises Invalid for wrong hours or an empty name, Conflict for a code that is taken.
    """
    op.site(site)
    if CODE.fullmatch(code) is None:
        raise Invalid(
            "entrance.code",
            "An entrance's code is made of small letters, digits and hyphens, at most 40.",
            "入口代码由小写字母、数字和连字符组成，最多40个字符。",
            field="code",
        )
    if op.db.scalars(select(Entrance.id).where(Entrance.site == site, Entrance.code == code)).first():
        raise Conflict(
            "entrance.taken",
            "There is an entrance {taken} already.",
            "入口代码 {taken} 已存在。",
            field="code",
            taken=code,
        )
    place = _hall(op, site, hall)
    entrance = Entrance(
        id=new_id(),
        site=site,
        code=code,
        name=text_or_invalid(name, field="name", words=NAME_WORDS, limit=60),
        hall_id=place.id,
        active=True,
        opening=read_opening(USUAL if opening is None else opening),
        closed_days=read_closed_days(closed_days),
        opened_on=op.today(site),
        sequence=1,
    )
    op.db.add(entrance)
    _tell(op, entrance, place.name)
    if not op.caller.id.startswith("system:"):
        op.audit("entrance.opened", site=site, subject=f"entrance:{entrance.id}", particulars={"code": code})
    return _view(entrance, place.name)


@usecase
def change_entrance(
    op: Op,
    *,
    entrance_id: str,
    sequence: int | None = None,
    name: str | None = None,
    hall: str | None = None,
    active: bool | None = None,
    opening: Mapping[str, Any] | None = None,
    closed_days: Sequence[object] | None = None,
) -> EntranceView:
    """Changes what is given. Raises Stale if `sequence` is given and somebody changed it since, NotFound, Invalid."""
    entrance = op.db.get(Entrance, entrance_id)
    if entrance is None:
        raise not_found("entrance", "入口", entrance_id[:40])
    if sequence is not None and sequence != entrance.sequence:
        raise Stale(
            "entrance.stale",
            "Somebody changed the entrance in the meantime: load it again.",
            "入口信息已被他人修改：请刷新后重试。",
        )
    place = op.db.get(Hall, entrance.hall_id) if hall is None else _hall(op, entrance.site, hall)
    assert place is not None
    entrance.hall_id = place.id
    if name is not None:
        entrance.name = text_or_invalid(name, field="name", words=NAME_WORDS, limit=60)
    if active is not None:
        entrance.active = active
    if opening is not None:
        entrance.opening = read_opening(opening)
    if closed_days is not None:
        entrance.closed_days = read_closed_days(closed_days)
    entrance.sequence += 1
    _tell(op, entrance, place.name)
    op.audit(
        "entrance.changed",
        site=entrance.site,
        subject=f"entrance:{entrance.id}",
        particulars={"active": entrance.active, "opening": entrance.opening, "closed_days": entrance.closed_days},
    )
    return _view(entrance, place.name)


def open_first_entrance(op: Op, *, site: str) -> None:
    """Gives a trial site without entrances the one that a trial begins with."""
    if op.db.scalars(select(Entrance.id).where(Entrance.site == site).limit(1)).first() is None:
        open_entrance(op, site=site, code="main", name="主入口", hall="经办大厅")


def _hall(op: Op, site: str, name: str) -> Hall:
    wanted = text_or_invalid(name, field="hall", words=HALL_WORDS, limit=60)
    found = op.db.scalars(select(Hall).where(Hall.site == site, Hall.name == wanted)).first()
    if found is None:
        found = Hall(id=new_id(), site=site, name=wanted)
        op.db.add(found)
        op.db.flush()
    return found


def _tell(op: Op, entrance: Entrance, hall: str) -> None:
    op.emit(
        EntranceChanged(
            entrance_id=entrance.id,
            code=entrance.code,
            name=entrance.name,
            hall=hall,
            active=entrance.active,
            opening=dict(entrance.opening),
            closed_days=tuple(date.fromisoformat(day) for day in entrance.closed_days),
            opened_on=entrance.opened_on,
        ),
        site=entrance.site,
        subject=entrance.id,
        sequence=entrance.sequence,
    )


def _view(entrance: Entrance, hall: str) -> EntranceView:
    return EntranceView(
        entrance.id,
        entrance.site,
        entrance.code,
        entrance.name,
        hall,
        entrance.active,
        entrance.opening,
        entrance.closed_days,
        entrance.opened_on,
        entrance.sequence,
    )
