"""Everything about one incident, for its page, its print and the API."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import undefer_group

from common.civil.document import mask_document
from common.civil.phone import mask_phone
from common.copies.tables import SiteCopy
from common.ids import is_id
from common.op import Op, usecase
from common.site import settings_of
from isolation.domain.clocks import Clock
from isolation.domain.timeline import rank_of
from isolation.models import (
    Incident,
    IncidentAlert,
    IncidentCheck,
    IncidentLink,
    IncidentStep,
    PersonCopy,
    StepRecord,
    TimelineEntry,
)
from isolation.models.incidents import PARTICULARS
from isolation.usecases.incident_file import no_incident, steps_of
from isolation.usecases.read_incidents import Suggested, clocks_of, suggested_with

STAFF = "staff:"


@dataclass(frozen=True)
class StepView:
    """A step with the record that counts, those before it, and the telephone numbers it needs (`None`: not set)."""

    step: IncidentStep
    record: StepRecord | None
    earlier: list[StepRecord]
    phones: list[tuple[str, str | None]]
    overdue: bool


@dataclass(frozen=True)
class EntryView:
    """An entry of the timeline with the name of who acted."""

    entry: TimelineEntry
    actor: str


@dataclass(frozen=True)
class IncidentView:
    """One incident, whole; particulars masked."""

    incident: Incident
    site: SiteCopy
    now: datetime
    masked_phone: str | None
    masked_document: str | None
    section: str | None
    steps: list[StepView]
    clocks: tuple[Clock, ...]
    timeline: list[EntryView]
    checks: list[IncidentCheck]
    alerts: list[IncidentAlert]
    linked: list[Incident]
    suggested: list[Suggested]

    @property
    def next_step(self) -> StepView | None:
        """The open step to do now: obligatory ones first, in the protocol's order."""
        waiting = [one for one in self.steps if one.step.state == "open"]
        return min(waiting, key=lambda one: (not one.step.obligatory, one.step.position), default=None)

    @property
    def owed(self) -> list[StepView]:
        """Obligatory steps that are open."""
        return [one for one in self.steps if one.step.obligatory and one.step.state == "open"]


@usecase(read=True)
def read_incident(op: Op, *, incident_id: str) -> IncidentView:
    """The incident with everything on record. Raises NotFound."""
    incident = _found(op, incident_id)
    site = op.site(incident.site)
    timeline = sorted(
        op.db.scalars(select(TimelineEntry).where(TimelineEntry.incident_id == incident.id)),
        key=lambda entry: (entry.at, rank_of(entry.code), entry.id),
    )
    people = _people(op, [*(entry.actor_ref for entry in timeline), incident.person_ref or ""])
    linked = _linked(op, incident)
    subject = people.get(incident.person_ref or "")
    return IncidentView(
        incident=incident,
        site=site,
        now=op.now,
        masked_phone=mask_phone(incident.phone) if incident.phone else None,
        masked_document=mask_document(incident.document_number) if incident.document_number else None,
        section=subject.section if subject else None,
        steps=_steps(op, incident, settings_of(site).phones),
        clocks=clocks_of(incident, op.now),
        timeline=[EntryView(entry, _actor(entry, people)) for entry in timeline],
        checks=_checks(op, incident),
        alerts=_alerts(op, incident),
        linked=linked,
        suggested=suggested_with(op, incident, {one.id for one in linked}),
    )


def _found(op: Op, incident_id: str) -> Incident:
    found = None
    if is_id(incident_id):
        found = op.db.scalars(
            select(Incident).where(Incident.id == incident_id).options(undefer_group(PARTICULARS))
        ).one_or_none()
    if found is None:
        raise no_incident(incident_id)
    return found


def _steps(op: Op, incident: Incident, phones: dict[str, str]) -> list[StepView]:
    records: dict[str, list[StepRecord]] = {}
    for row in op.db.scalars(
        select(StepRecord).where(StepRecord.incident_id == incident.id).order_by(StepRecord.recorded_at, StepRecord.id)
    ):
        records.setdefault(row.step_id, []).append(row)
    views = []
    for step in steps_of(op, incident):
        mine = records.get(step.id, [])
        views.append(
            StepView(
                step=step,
                record=next((row for row in mine if row.id == step.record_id), None),
                earlier=[row for row in mine if row.id != step.record_id],
                phones=[(key, phones.get(key) or None) for key in step.phones],
                overdue=step.state == "open" and incident.state == "open" and step.due_at < op.now,
            )
        )
    return views


def _checks(op: Op, incident: Incident) -> list[IncidentCheck]:
    return list(
        op.db.scalars(
            select(IncidentCheck).where(IncidentCheck.incident_id == incident.id).order_by(IncidentCheck.measured_at)
        )
    )


def _alerts(op: Op, incident: Incident) -> list[IncidentAlert]:
    return list(
        op.db.scalars(select(IncidentAlert).where(IncidentAlert.incident_id == incident.id).order_by(IncidentAlert.id))
    )


def _linked(op: Op, incident: Incident) -> list[Incident]:
    links = op.db.execute(
        select(IncidentLink.first_id, IncidentLink.second_id).where(
            or_(IncidentLink.first_id == incident.id, IncidentLink.second_id == incident.id),
            IncidentLink.active.is_(True),
        )
    ).all()
    ids = {each for link in links for each in link} - {incident.id}
    if not ids:
        return []
    return list(op.db.scalars(select(Incident).where(Incident.id.in_(ids)).order_by(Incident.id)))


def _people(op: Op, refs: Iterable[str]) -> dict[str, PersonCopy]:
    ids = {ref.removeprefix(STAFF) for ref in refs if ref.startswith(STAFF)}
    if not ids:
        return {}
    return {STAFF + one.id: one for one in op.db.scalars(select(PersonCopy).where(PersonCopy.id.in_(ids)))}


def _actor(entry: TimelineEntry, people: dict[str, PersonCopy]) -> str:
    if entry.actor_name:
        return entry.actor_name
    known = people.get(entry.actor_ref)
    return (known.name or known.masked_name) if known else ""
