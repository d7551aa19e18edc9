"""The copy of the directory, for the names of those who act."""

from __future__ import annotations

from common.events.catalogue.coordination import PersonChanged
from common.op import Op, usecase
from common.secrets.sealed import unseal
from isolation.models import PersonCopy
from isolation.models.base import NAME_LENGTH


@usecase
def keep_person(op: Op, *, site: str, person: PersonChanged, event_id: str, sequence: int) -> None:
    """Keeps a person's newest state."""
    known = op.db.get(PersonCopy, person.person_id)
    if known is not None and known.sequence >= sequence:
        return
    name = unseal(person.sealed, event_id).get("name")
    op.db.merge(
        PersonCopy(
            id=person.person_id,
            site=site,
            sequence=sequence,
            staff_number=person.staff_number,
            masked_name=person.masked_name,
            name=name[:NAME_LENGTH] if isinstance(name, str) else None,
            section=person.section,
            active=person.active,
        )
    )
