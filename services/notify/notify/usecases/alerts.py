"""Reading alerts: lists, one with its history, what changed since a stamp."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, false, or_, select

from common.data.paging import Page, decode_cursor, page_of
from common.errors import not_found
from common.op import Op, usecase
from notify.domain.groups import groups_seen, may_answer
from notify.models import Alert, AlertEntry, ChangeCounter, Message, PersonCopy

OPEN_AT_ONCE = 200
"""How many unanswered alerts a page or stream shows; what is beyond is in the list."""


@dataclass(frozen=True)
class AlertView:
    """An alert as one person sees it."""

    alert: Alert
    rings: bool
    """Whether it is for this person to hear: he was called, or the directory does not know him and his role
    answers for it."""


@dataclass(frozen=True)
class Changes:
    """Alerts that changed, and the newest stamp of each site."""

    alerts: Sequence[AlertView]
    stamps: dict[str, int]


def person_of(caller_id: str) -> str:
    """The person in a caller's reference, `staff:…` or `account:…`."""
    return caller_id.partition(":")[2]


def seen_by(op: Op, codes: Iterable[str]) -> ColumnElement[bool]:
    """The alerts of these sites that the caller may see: those of his groups, and those he was called for."""
    parts: list[ColumnElement[bool]] = []
    for code in codes:
        groups = groups_seen(op.caller.grants.get(code, frozenset()))
        called = select(Message.alert_id).where(Message.site == code, Message.recipient == person_of(op.caller.id))
        parts.append(and_(Alert.site == code, or_(Alert.group.in_(sorted(groups)), Alert.id.in_(called))))
    return or_(false(), *parts)


def chosen_sites(op: Op, site: str | None) -> list[str]:
    """The site that was asked for, or all of the caller's; raises Forbidden for another's."""
    if site is not None:
        op.site(site)
        return [site]
    return sorted(op.sites or ())


def named_sites(op: Op, codes: str | None) -> list[str]:
    """The sites in a comma list, or all of the caller's; raises Forbidden for another's."""
    named = sorted({code.strip() for code in (codes or "").split(",") if code.strip()})
    for code in named:
        op.site(code)
    return named or sorted(op.sites or ())


@usecase(read=True)
def list_alerts(op: Op, *, site: str | None, state: str | None, after: str | None, limit: int) -> Page[AlertView]:
    """Alerts, the newest first."""
    query = select(Alert).where(seen_by(op, chosen_sites(op, site))).order_by(Alert.id.desc()).limit(limit + 1)
    if state == "marked":
        query = query.where(Alert.state == "open", Alert.mark != "none")
    elif state == "open":
        query = query.where(Alert.state == "open", Alert.mark == "none")
    elif state is not None:
        query = query.where(Alert.state == state)
    if after is not None:
        query = query.where(Alert.id < str(decode_cursor(after, 1)[0]))
    return page_of(_views(op, query), limit, lambda view: [view.alert.id])


def find_alert(op: Op, alert_id: str, site: str | None = None) -> Alert:
    """An alert the caller may see (of one site, if it is named); raises NotFound for any other."""
    codes = [code for code in sorted(op.sites or ()) if site in (None, code)]
    found = op.db.scalars(select(Alert).where(Alert.id == alert_id, seen_by(op, codes))).first()
    if found is None:
        raise not_found("alert", "告警", alert_id)
    return found


@usecase(read=True)
def read_alert(op: Op, *, alert_id: str, site: str | None = None) -> tuple[AlertView, list[AlertEntry], list[Message]]:
    """An alert with its history and whom it was sent to."""
    alert = find_alert(op, alert_id, site)
    history = op.db.scalars(
        select(AlertEntry).where(AlertEntry.site == alert.site, AlertEntry.alert_id == alert.id).order_by(AlertEntry.id)
    )
    messages = op.db.scalars(
        select(Message).where(Message.site == alert.site, Message.alert_id == alert.id).order_by(Message.id)
    )
    return with_ring(op, [alert])[0], list(history), list(messages)


@usecase(read=True)
def open_alerts(op: Op, *, codes: str | None) -> Changes:
    """What is unanswered at the sites of a comma list (none: all of the caller's), and the stamps to go on from."""
    sites = named_sites(op, codes)
    stamps = _stamps(op, sites)
    query = (
        select(Alert)
        .where(seen_by(op, sites), Alert.state.in_(("open", "exhausted")))
        .order_by(Alert.id.desc())
        .limit(OPEN_AT_ONCE)
    )
    return Changes(_views(op, query), stamps)


@usecase(read=True)
def changed_alerts(op: Op, *, after: dict[str, int]) -> Changes:
    """What changed since these stamps, oldest change first."""
    for code in after:
        op.site(code)
    stamps = _stamps(op, after)
    moved = [code for code in after if stamps.get(code, 0) != after[code]]
    if not moved:
        return Changes([], stamps)
    newer = or_(*(and_(Alert.site == code, Alert.change > after[code]) for code in moved))
    query = select(Alert).where(newer, seen_by(op, moved)).order_by(Alert.change, Alert.id).limit(OPEN_AT_ONCE)
    views = _views(op, query)
    if len(views) == OPEN_AT_ONCE:
        for code in moved:
            told = [view.alert.change for view in views if view.alert.site == code]
            stamps[code] = max(told) - 1 if told else after[code]
    return Changes(views, stamps)


def _stamps(op: Op, codes: Iterable[str]) -> dict[str, int]:
    wanted = sorted(codes)
    known = {row.code: row.value for row in op.db.scalars(select(ChangeCounter).where(ChangeCounter.code.in_(wanted)))}
    return {code: known.get(code, 0) for code in wanted}


def _views(op: Op, query: Select[Alert]) -> list[AlertView]:
    return with_ring(op, list(op.db.scalars(query)))


def with_ring(op: Op, alerts: Sequence[Alert]) -> list[AlertView]:
    """Tells which of the alerts the caller was called for, so that a free colleague's page stays quiet."""
    calling = [one for one in alerts if one.state in ("open", "exhausted") and not one.silent]
    if not calling:
        return [AlertView(one, rings=False) for one in alerts]
    me = person_of(op.caller.id)
    known = set(op.db.scalars(select(PersonCopy.site).where(PersonCopy.id == me)))
    called = set(
        op.db.scalars(
            select(Message.alert_id).where(Message.recipient == me, Message.alert_id.in_([one.id for one in calling]))
        )
    )
    ringing = {one.id for one in calling if one.id in called or (one.site not in known and _answers(op, one))}
    return [AlertView(one, rings=one.id in ringing) for one in alerts]


def _answers(op: Op, alert: Alert) -> bool:
    roles = op.caller.grants.get(alert.site, frozenset())
    return may_answer(roles, group=alert.group, reaches_nobody=alert.reaches_nobody)
