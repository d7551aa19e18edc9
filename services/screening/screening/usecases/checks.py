"""Reading checks: lists, one with its chain, and the particulars behind the masks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, or_, select

from common.audit.access import record_access
from common.civil.document import mask_document
from common.civil.name import mask_name
from common.civil.phone import mask_phone
from common.copies.lookups import protocol_on
from common.data.paging import Page, decode_cursor, page_of
from common.errors import Forbidden, Invalid, SizaoError, not_found
from common.op import Op, usecase
from common.protocol import EntranceRules
from common.roles import Role
from common.site import settings_of
from screening.models import Check, Entrance, Person
from screening.usecases.chains import particulars_of
from screening.usecases.people import matching_people

SEARCHED = 200
"""People whose checks a search over names looks through."""


@dataclass(frozen=True)
class CheckView:
    """A check, its entrance, and its person with everything masked."""

    check: Check
    entrance_code: str
    entrance_name: str
    section: str
    masked_name: str
    document_type: str | None
    masked_document: str | None
    masked_phone: str | None


@dataclass(frozen=True)
class CheckPage:
    """A check with its chain, oldest first, and the rules its reasons are worded by."""

    view: CheckView
    chain: Sequence[CheckView]
    rules: EntranceRules | None


@usecase(read=True)
def list_checks(
    op: Op,
    *,
    site: str | None = None,
    day: date | None = None,
    entrance: str | None = None,
    decision: str | None = None,
    q: str | None = None,
    guard: str | None = None,
    after: str | None = None,
    limit: int = 100,
) -> Page[CheckView]:
    """Checks of a site, or of every site the caller may see, the newest first.

    `q` finds people as the desk does and needs a site; `guard` is a caller's reference.
    """
    query = _views()
    if site is not None:
        op.site(site)
        query = query.where(Check.site == site)
    if day is not None:
        query = query.where(Check.day == day)
    if entrance is not None:
        query = query.where(or_(Entrance.code == entrance, Entrance.id == entrance))
    if decision is not None:
        query = query.where(Check.decision == decision)
    if guard is not None:
        query = query.where(Check.guard_ref == guard)
    if q:
        if site is None:
            raise Invalid("search.site", "Name the site to search in.", "请指明要查找的单位。", field="site")
        found = [person.id for person in matching_people(op, site, q, limit=SEARCHED)]
        query = query.where(Check.person_id.in_(found))
    if after is not None:
        at, ident = decode_cursor(after, 2)
        before = _instant(at)
        query = query.where(or_(Check.measured_at < before, and_(Check.measured_at == before, Check.id < str(ident))))
    rows = op.db.execute(query.order_by(Check.measured_at.desc(), Check.id.desc()).limit(limit + 1)).all()
    views = [_view(*row) for row in rows]
    return page_of(views, limit, lambda view: [view.check.measured_at.isoformat(), view.check.id])


@usecase(read=True)
def get_check(op: Op, *, check_id: str) -> CheckPage:
    """A check and every other of its chain. Raises NotFound."""
    found = op.db.execute(_views().where(Check.id == check_id)).first()
    if found is None:
        raise not_found("check", "记录", check_id[:40])
    view = _view(*found)
    first = view.check.first_id or view.check.id
    rows = op.db.execute(
        _views()
        .where(Check.site == view.check.site, or_(Check.id == first, Check.first_id == first))
        .order_by(Check.measured_at, Check.id)
    )
    try:
        rules: EntranceRules | None = protocol_on(op.db, view.check.site, view.check.day).entrance
    except SizaoError:
        rules = None
    return CheckPage(view, [_view(*row) for row in rows], rules)


@usecase
def see_particulars(op: Op, *, check_id: str, purpose: str) -> Mapping[str, str | None]:
    """The particulars behind a check's masks; who looked, and what for, goes to the access log.

    A guard sees those of the site's own day only; an administrator none unless the site's settings say so (a trial).
    Raises Forbidden, NotFound, Invalid without a purpose.
    """
    check = op.db.get(Check, check_id)
    if check is None:
        raise not_found("check", "记录", check_id[:40])
    _may_see(op, check)
    record_access(
        op.db,
        site=check.site,
        at=op.now,
        actor=op.caller.id,
        purpose=purpose,
        subject=f"check:{check.id}",
        field="particulars",
    )
    kept = particulars_of(check)
    person = op.db.get(Person, check.person_id) if check.person_id else None
    return {
        "name": check.name,
        "document_type": kept.get("document_type") or (person.document_type if person else None),
        "document_number": kept.get("document_number") or (person.document_number if person else None),
        "phone": kept.get("phone") or (person.phone if person else None),
        "company": check.company,
        "purpose": check.purpose,
    }


def _may_see(op: Op, check: Check) -> None:
    if op.caller.holds(check.site, Role.EMERGENCY, Role.COORDINATOR):
        return
    if op.caller.holds(check.site, Role.MONITOR) and check.day == op.today(check.site):
        return
    if op.caller.holds(check.site, Role.ADMIN) and settings_of(op.site(check.site)).admins_unmask:
        return
    raise Forbidden(
        "unmask.not_yours",
        "A guard sees the particulars of today's checks only: ask the emergency or the coordination group.",
        "监测员只能查看当日记录的完整信息：请联系应急组或综合协调组。",
    )


def _views() -> Any:
    return (
        select(Check, Entrance, Person.section)
        .join(Entrance, Entrance.id == Check.entrance_id)
        .outerjoin(Person, Person.id == Check.person_id)
    )


def _view(check: Check, entrance: Entrance, section: str | None) -> CheckView:
    kept = particulars_of(check)
    document, phone = kept.get("document_number"), kept.get("phone")
    return CheckView(
        check,
        entrance.code,
        entrance.name,
        section or "",
        mask_name(check.name) if check.name else "无名",
        kept.get("document_type"),
        mask_document(document) if document else None,
        mask_phone(phone) if phone else None,
    )


def _instant(text: object) -> datetime:
    try:
        found = datetime.fromisoformat(str(text))
        if found.tzinfo is None:
            raise ValueError(text)
    except ValueError:
        raise Invalid("paging.cursor", "The cursor is not one of ours.", "游标无效。", field="after") from None
    return found
