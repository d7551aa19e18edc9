"""Lists of incidents, and which others may belong to one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, and_, func, or_, select

from common.data.paging import Page, decode_cursor, page_of
from common.op import Op, usecase
from isolation.domain.clocks import Clock, Limits, Marks, read_clocks
from isolation.domain.words import UNNAMED
from isolation.models import Incident, IncidentCheck, IncidentStep
from isolation.usecases.incident_file import no_incident

SUGGESTED = 20


@dataclass(frozen=True)
class Row:
    """An incident in a list: its clocks now, and what is still owed."""

    incident: Incident
    clocks: tuple[Clock, ...]
    steps_open: int
    next_due: datetime | None


@dataclass(frozen=True)
class Suggested:
    """Another incident that may be about the same person; `why` is `same_person` or `same_name`."""

    incident: Incident
    why: str


@usecase(read=True)
def list_incidents(
    op: Op, *, site: str | None, state: str | None, day: date | None, after: str | None, limit: int
) -> Page[Row]:
    """Incidents of the caller's sites (or one of them), newest first. Raises Forbidden for a foreign site."""
    query: Select[Incident] = select(Incident).order_by(Incident.id.desc()).limit(limit + 1)
    if site is not None:
        op.site(site)
        query = query.where(Incident.site == site)
    if state is not None:
        query = query.where(Incident.state == state)
    if day is not None:
        query = query.where(Incident.day == day)
    if after is not None:
        query = query.where(Incident.id < str(decode_cursor(after, 1)[0]))
    page = page_of(list(op.db.scalars(query)), limit, lambda one: [one.id])
    return Page(rows_of(op, page.items), page.next)


def rows_of(op: Op, incidents: Sequence[Incident]) -> list[Row]:
    """Incidents with their clocks and what they owe, in one further statement."""
    owed: dict[str, tuple[int, datetime | None]] = {}
    if incidents:
        found = op.db.execute(
            select(IncidentStep.incident_id, func.count(), func.min(IncidentStep.due_at))
            .where(
                IncidentStep.incident_id.in_([one.id for one in incidents]),
                IncidentStep.state == "open",
                IncidentStep.obligatory.is_(True),
            )
            .group_by(IncidentStep.incident_id)
        )
        owed = {incident_id: (count, due) for incident_id, count, due in found}
    return [Row(one, clocks_of(one, op.now), *owed.get(one.id, (0, None))) for one in incidents]


def clocks_of(incident: Incident, now: datetime) -> tuple[Clock, ...]:
    """The incident's clocks at `now`."""
    marks = Marks(incident.first_alert_at, incident.acknowledged_at, incident.authority_told_at, incident.closed_at)
    return read_clocks(
        incident.counted_from, now, marks, Limits(**incident.limits), silent=incident.silent,
        authority_owed=incident.authority_owed,
    )  # fmt: skip


@usecase(read=True)
def incident_of_check(op: Op, *, check_id: str) -> str:
    """The id of the incident that a check opened or joined. Raises NotFound."""
    found = op.db.scalars(
        select(IncidentCheck.incident_id).where(
            IncidentCheck.check_id == check_id, IncidentCheck.incident_id.is_not(None)
        )
    ).first()
    if found is None:
        raise no_incident(check_id)
    return found


def suggested_with(op: Op, incident: Incident, leave_out: set[str]) -> list[Suggested]:
    """Others of the same person (by document) that day or still open, and of the same name that day.

    A name alone only suggests (facts: readings and identity); somebody without a name suggests nobody.
    """
    ways = []
    if incident.person_key is not None:
        near = or_(Incident.day == incident.day, Incident.state == "open")
        ways.append(and_(Incident.person_key == incident.person_key, near))
    if incident.masked_name != UNNAMED:
        ways.append(and_(Incident.masked_name == incident.masked_name, Incident.day == incident.day))
    if not ways:
        return []
    found = op.db.scalars(
        select(Incident)
        .where(Incident.site == incident.site, Incident.id.not_in(leave_out | {incident.id}), or_(*ways))
        .order_by(Incident.id.desc())
        .limit(SUGGESTED)
    )
    return [
        Suggested(one, "same_person" if incident.person_key and one.person_key == incident.person_key else "same_name")
        for one in found
        if not (incident.person_key and one.person_key and one.person_key != incident.person_key)
    ]
