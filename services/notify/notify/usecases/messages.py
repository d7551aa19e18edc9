"""The log of messages, and their destruction when their time is over."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Select, delete, exists, select

from common.data.paging import Page, decode_cursor, page_of
from common.op import Op, usecase
from common.site import settings_of
from notify.models import Alert, AlertEntry, Attempt, CauseNote, DutyPerson, Message

PURGED_AT_ONCE = 2_000


@usecase(read=True)
def list_messages(
    op: Op, *, site: str, alert_id: str | None, state: str | None, after: str | None, limit: int
) -> Page[Message]:
    """A site's messages, the newest first: whom, by which channel, what became of it and what the far side answered."""
    op.site(site)
    query = select(Message).where(Message.site == site).order_by(Message.id.desc()).limit(limit + 1)
    if alert_id is not None:
        query = query.where(Message.alert_id == alert_id)
    if state is not None:
        query = query.where(Message.state == state)
    if after is not None:
        query = query.where(Message.id < str(decode_cursor(after, 1)[0]))
    return page_of(list(op.db.scalars(query)), limit, lambda row: [row.id])


def purge(op: Op, site: str) -> int:
    """Destroys what is older than the site keeps it, a batch at a time, with a record of how much; returns how much.

    Messages, attempts, notes and duty lists go by the time for messages; answered and closed alerts with their history
    by the time for incidents. Nothing goes while the site's archive flag stands (facts: duties and law).
    """
    keeps = settings_of(op.site(site)).retention
    if keeps.archive:
        return 0
    old = op.now - timedelta(days=keeps.messages)
    older = op.now - timedelta(days=keeps.incidents)
    ended = select(Alert.id).where(
        Alert.site == site, Alert.raised_at < older, Alert.state.in_(("acknowledged", "closed"))
    )
    gone = {
        "messages": _drop(op, Message, select(Message.id).where(Message.site == site, Message.created_at < old)),
        "attempts": _drop(op, Attempt, select(Attempt.id).where(Attempt.site == site, Attempt.at < old)),
        "entries": _drop(
            op, AlertEntry, select(AlertEntry.id).where(AlertEntry.site == site, AlertEntry.alert_id.in_(ended))
        ),
    }
    told = exists().where(AlertEntry.site == site, AlertEntry.alert_id == Alert.id)
    gone["alerts"] = _drop(op, Alert, ended.where(~told))
    notes = list(
        op.db.execute(
            select(CauseNote.subject, CauseNote.what)
            .where(CauseNote.site == site, CauseNote.at < old)
            .limit(PURGED_AT_ONCE)
        )
    )
    for subject, what in notes:
        op.db.execute(
            delete(CauseNote).where(CauseNote.site == site, CauseNote.subject == subject, CauseNote.what == what)
        )
    gone["notes"] = len(notes)
    lists = op.db.execute(
        delete(DutyPerson).where(DutyPerson.site == site, DutyPerson.day < old.date()).returning(DutyPerson.person_id)
    )
    gone["duty"] = len(lists.all())
    total = sum(gone.values())
    if total:
        op.audit("messages.purged", site=site, subject=f"site:{site}", particulars=gone)
    return total


def _drop(op: Op, table: type[Message | Attempt | AlertEntry | Alert], query: Select[str]) -> int:
    ids = list(op.db.scalars(query.limit(PURGED_AT_ONCE)))
    if ids:
        op.db.execute(delete(table).where(table.id.in_(ids)))
    return len(ids)
