"""Recording checks: the desk's single one, a program's batch and an import's rows all go through here.

Each check is judged on its own; a wrong one is told and the good ones are kept. Whatever the number of checks, a kind
of thing is read in one statement and written in one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, insert, select

from common.clock import local_day
from common.errors import Conflict, SizaoError
from common.op import Op, usecase
from common.protocol import EntranceRules
from screening.models import CHECK, Check
from screening.usecases.context import Context
from screening.usecases.intake import NewCheck, read_key
from screening.usecases.judging import Draft, judge, read_draft
from screening.usecases.persons import Persons, Who
from screening.usecases.telling import tell_recorded

MOST_AT_ONCE = 1000
_KNOWN = select(CHECK.c.id).where(CHECK.c.site == bindparam("site"), CHECK.c.key.in_(bindparam("keys", expanding=True)))
"""Made once, since every check asks it; hardly ever is there a row."""
_STORE = insert(CHECK)


@dataclass(frozen=True)
class Recorded:
    """The answer to a check."""

    id: str
    decision: str
    fever: bool
    reasons: tuple[str, ...]
    advice: tuple[str, ...]
    day: date
    measured_at: datetime
    person_kind: str
    person_ref: str | None
    rules: EntranceRules
    """Of the protocol it was judged by; the words of its questions are there."""
    again: bool = False
    """Whether this is the answer given to the same request before."""


@usecase
def record_check(op: Op, *, item: NewCheck) -> Recorded:
    """Records one check and returns its decision; the same key and content again give the first answer.

    Raises Invalid for what can't be judged, NotFound for a foreign entrance, person or check, Forbidden for a foreign
    site, Conflict for a key that came with other content.
    """
    outcome = record_checks(op, items=[item])[0]
    if isinstance(outcome, SizaoError):
        raise outcome
    return outcome


@usecase
def record_checks(op: Op, *, items: Sequence[NewCheck]) -> list[Recorded | SizaoError]:
    """Records up to a thousand checks in one transaction: for each its answer, or what is wrong with it."""
    if len(items) > MOST_AT_ONCE:
        raise ValueError(f"{len(items)} checks at once")
    context = Context(op)
    outcomes: list[Recorded | SizaoError | None] = [None] * len(items)
    answered = _answered_before(context, items)
    seen: dict[tuple[str, str], int] = {}
    fresh: list[int] = []
    for place, item in enumerate(items):
        try:
            key = read_key(item.key)
            context.site(item.site)
            if key is None:
                fresh.append(place)
            elif (item.site, key) in answered:
                outcomes[place] = _same_again(context, answered[item.site, key], item)
            elif (item.site, key) in seen:
                _refuse_other_content(items[seen[item.site, key]].digest(), item)
            else:
                seen[item.site, key] = place
                fresh.append(place)
        except SizaoError as refused:
            outcomes[place] = refused
    _record_fresh(context, items, fresh, outcomes)
    for place, item in enumerate(items):
        if outcomes[place] is None:
            outcomes[place] = outcomes[seen[item.site, item.key or ""]]
    return [one for one in outcomes if one is not None]


def _answered_before(context: Context, items: Sequence[NewCheck]) -> dict[tuple[str, str], Check]:
    keys: dict[str, set[str]] = {}
    for item in items:
        if item.key:
            keys.setdefault(item.site, set()).add(item.key)
    found: dict[tuple[str, str], Check] = {}
    for site, wanted in keys.items():
        ids = context.op.db.connection().scalars(_KNOWN, {"site": site, "keys": sorted(wanted)}).all()
        for row in context.op.db.scalars(select(Check).where(Check.id.in_(ids))) if ids else ():
            found[site, row.key] = row
    return found


def _same_again(context: Context, row: Check, item: NewCheck) -> Recorded:
    _refuse_other_content(row.key_digest, item)
    ref = None if row.person_id is None else f"{row.person_kind}:{row.person_id}"
    return Recorded(
        row.id,
        row.decision,
        row.fever,
        tuple(row.reasons),
        tuple(row.advice),
        row.day,
        row.measured_at,
        row.person_kind,
        ref,
        context.protocol(row.site, row.day).entrance,
        again=True,
    )


def _refuse_other_content(digest: str, item: NewCheck) -> None:
    if digest != item.digest():
        raise Conflict(
            "key.other_content",
            "This Idempotency-Key came before with another content: a new check needs a new key.",
            "此幂等键此前已用于另一内容：新的记录须使用新的键。",
            field="Idempotency-Key",
        )


def _record_fresh(
    context: Context, items: Sequence[NewCheck], places: list[int], outcomes: list[Recorded | SizaoError | None]
) -> None:
    drafts: dict[int, Draft] = {}
    _load(context, [items[place] for place in places])
    for place in places:
        try:
            drafts[place] = read_draft(context, items[place])
        except SizaoError as refused:
            outcomes[place] = refused
    persons = Persons(context)
    for site in {draft.item.site for draft in drafts.values()}:
        persons.load(site, [draft.identity for draft in drafts.values() if draft.item.site == site])
    rows: list[dict[str, Any]] = []
    told: list[tuple[dict[str, Any], Draft, Who]] = []
    for place, draft in drafts.items():
        try:
            row, who = judge(context.op, persons, draft, late=(draft.entrance.id, draft.day) in context.sealed)
        except SizaoError as refused:
            outcomes[place] = refused
            continue
        rows.append(row)
        told.append((row, draft, who))
        outcomes[place] = _answer(row, draft, who)
    persons.store()
    if rows:
        context.op.db.connection().execute(_STORE, rows)
    for row, draft, who in told:
        tell_recorded(context.op, row, who, entrance=draft.entrance, followed=draft.followed)


def _load(context: Context, items: list[NewCheck]) -> None:
    if not items:
        return
    days = {local_day(item.measured_at or context.op.now, context.site(item.site).timezone) for item in items}
    context.load_entrances({item.site for item in items}, {item.entrance for item in items}, days)
    followed = {ident for item in items for ident in (item.retest_of, item.mask_given_to) if ident}
    if followed:
        context.load_earlier(followed)
        firsts = [row for row in context.earlier.values() if row.person_id is not None]
        for site in {row.site for row in firsts}:
            context.load_people(site, ids=[row.person_id for row in firsts if row.site == site and row.person_id])


def _answer(row: dict[str, Any], draft: Draft, who: Who) -> Recorded:
    return Recorded(
        row["id"],
        row["decision"],
        row["fever"],
        tuple(row["reasons"]),
        tuple(row["advice"]),
        draft.day,
        draft.measured_at,
        who.kind,
        who.ref,
        draft.protocol.entrance,
    )
