"""Destroying what the site's retention no longer allows to be kept, with a record of it (facts: duties and law)."""

from __future__ import annotations

from datetime import timedelta

import structlog
from sqlalchemy import delete, or_, select

from common.audit.access import purge_access
from common.ids import new_id
from common.op import Op, usecase
from common.site import settings_of
from isolation.models import (
    Destruction,
    EarlyEvent,
    Incident,
    IncidentAlert,
    IncidentCheck,
    IncidentLink,
    IncidentStep,
    StepRecord,
    TimelineEntry,
)

log = structlog.get_logger()
BATCH = 200
CHILDREN = (StepRecord, IncidentStep, TimelineEntry, IncidentAlert, IncidentCheck)


@usecase
def purge_incidents(op: Op, *, site: str) -> int:
    """Destroys up to a batch of incidents closed longer ago than the site keeps them; says how many.

    Open ones are never destroyed, and nothing is while the site's archive flag stands.
    """
    retention = settings_of(op.site(site)).retention
    if retention.archive:
        return 0
    limit = op.now - timedelta(days=retention.incidents)
    old = op.db.execute(
        select(Incident.id, Incident.number)
        .where(Incident.site == site, Incident.state == "closed", Incident.closed_at < limit)
        .order_by(Incident.closed_at)
        .limit(BATCH)
    ).all()
    if not old:
        return 0
    ids = [row.id for row in old]
    op.db.execute(delete(IncidentLink).where(or_(IncidentLink.first_id.in_(ids), IncidentLink.second_id.in_(ids))))
    for model in CHILDREN:
        op.db.execute(delete(model).where(model.incident_id.in_(ids)))
    op.db.execute(delete(Incident).where(Incident.id.in_(ids)))
    numbers = sorted(row.number for row in old)
    op.db.add(
        Destruction(
            id=new_id(), site=site, at=op.now, kind="incidents", older_than=limit, count=len(ids), numbers=numbers
        )
    )
    op.audit("incidents.destroyed", site=site, subject=f"site:{site}", particulars={"numbers": numbers})
    return len(ids)


@usecase
def purge_early_news(op: Op, *, site: str) -> int:
    """Drops news of checks that never had an incident (most are voids of ordinary checks); says how many.

    Kept as long as the site keeps events: by then no held check can still be on its way.
    """
    retention = settings_of(op.site(site)).retention
    limit = op.now - timedelta(days=retention.events)
    gone = op.db.execute(
        delete(EarlyEvent)
        .where(EarlyEvent.site == site, EarlyEvent.arrived_at < limit)
        .returning(EarlyEvent.id)
        .execution_options(synchronize_session=False)
    ).all()
    op.db.execute(
        delete(IncidentCheck)
        .where(IncidentCheck.site == site, IncidentCheck.incident_id.is_(None), IncidentCheck.heard_at < limit)
        .execution_options(synchronize_session=False)
    )
    if gone:
        log.info("early_news.dropped", site=site, count=len(gone))
    return len(gone)


@usecase
def purge_looks(op: Op, *, site: str) -> int:
    """Forgets who saw which particulars once the site's time for that is over; says how many looks."""
    retention = settings_of(op.site(site)).retention
    if retention.archive:
        return 0
    return purge_access(op.db, site, op.now - timedelta(days=retention.access_log), now=op.now)
