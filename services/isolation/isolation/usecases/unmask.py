"""Seeing a person's particulars unmasked: with a purpose, and written down (facts: duties and law)."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import undefer_group

from common.audit.access import record_access
from common.ids import is_id
from common.op import Op, usecase
from isolation.models import Incident
from isolation.models.incidents import PARTICULARS
from isolation.usecases.incident_file import no_incident

FIELDS = ("name", "phone", "document")


@dataclass(frozen=True)
class Unmasked:
    """What was asked for; the rest is `None`."""

    name: str | None = None
    phone: str | None = None
    document_type: str | None = None
    document_number: str | None = None


@usecase
def unmask_person(op: Op, *, incident_id: str, purpose: str, fields: tuple[str, ...] = FIELDS) -> Unmasked:
    """The particulars in clear, each look in the access log in the same transaction.

    Raises NotFound; Invalid without a purpose.
    """
    incident = None
    if is_id(incident_id):
        incident = op.db.scalars(
            select(Incident).where(Incident.id == incident_id).options(undefer_group(PARTICULARS))
        ).one_or_none()
    if incident is None:
        raise no_incident(incident_id)
    for field in fields:
        record_access(
            op.db, site=incident.site, at=op.now, actor=op.caller.id, purpose=purpose,
            subject=f"incident:{incident.id}", field=field,
        )  # fmt: skip
    wanted = "document" in fields
    return Unmasked(
        name=incident.name if "name" in fields else None,
        phone=incident.phone if "phone" in fields else None,
        document_type=incident.document_type if wanted else None,
        document_number=incident.document_number if wanted else None,
    )
