"""Checks that belong to an incident, and news of checks that have none yet: kept, and told when it opens."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlalchemy import delete, select

from common.events.catalogue import EVENTS
from common.events.envelope import Envelope
from common.events.payload import Payload
from common.op import Op
from isolation.models import EarlyEvent, Incident, IncidentCheck
from isolation.usecases.number import upsert


def claim_check(op: Op, site: str, check_id: str) -> str | None:
    """Locks what is known of a check until the transaction ends; the id of its incident, `None` while it has none.

    The lock makes a check and news of it wait for each other, whichever two workers take them in.
    """
    statement = upsert(op, IncidentCheck).values(site=site, check_id=check_id, role="unknown", heard_at=op.now)
    table = IncidentCheck.__table__
    found: str | None = op.db.execute(
        statement.on_conflict_do_update(
            index_elements=["site", "check_id"], set_={"heard_at": statement.excluded.heard_at}
        ).returning(table.c.incident_id)
    ).scalar_one()
    return found


def keep_early(op: Op, envelope: Envelope, check_id: str) -> None:
    """Keeps news of a check until its incident opens; of an alert without a check, by its own id, until its raising."""
    op.db.add(
        EarlyEvent(
            id=envelope.id, site=envelope.site, check_id=check_id, type=envelope.type, arrived_at=op.now,
            body=envelope.to_json(),
        )
    )  # fmt: skip


def adopt_check(
    op: Op,
    incident: Incident,
    check_id: str,
    role: str,
    *,
    measured_at: datetime,
    reading: Decimal | None,
    normal: bool | None = None,
    thermometer: str | None = None,
) -> None:
    """Gives a claimed check to its incident, and tells the incident all news of that check that came before."""
    check = op.db.get_one(IncidentCheck, (incident.site, check_id), populate_existing=True)
    check.incident_id, check.role = incident.id, role
    check.measured_at, check.reading, check.normal, check.thermometer = measured_at, reading, normal, thermometer
    op.db.flush()
    from isolation.usecases.news import tell_incident

    for envelope, payload in take_early(op, incident.site, check_id):
        tell_incident(op, incident, payload, envelope)


def take_early(op: Op, site: str, check_id: str) -> list[tuple[Envelope, Payload]]:
    """Takes out the news kept for a check, or for an alert of none, in the order it was published."""
    mine = (EarlyEvent.site == site, EarlyEvent.check_id == check_id)
    bodies = list(op.db.scalars(select(EarlyEvent.body).where(*mine).order_by(EarlyEvent.id)))
    if bodies:
        op.db.execute(delete(EarlyEvent).where(*mine).execution_options(synchronize_session=False))
    envelopes = [Envelope.from_json(body) for body in bodies]
    return [(one, EVENTS[one.type].model_validate(one.data)) for one in envelopes]
