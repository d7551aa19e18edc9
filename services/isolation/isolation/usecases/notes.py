"""Notes of those who work on an incident."""

from __future__ import annotations

from common.op import Op, text_or_invalid, usecase
from isolation.models import Incident
from isolation.usecases.incident_file import load_incident, write_down

NOTE_LIMIT = 2000


@usecase
def add_note(op: Op, *, incident_id: str, text: str) -> Incident:
    """Adds a note to the timeline, to a closed incident too: what is learnt late is still to be kept."""
    incident = load_incident(op, incident_id)
    note = text_or_invalid(text, field="text", words=("The note", "备注"), limit=NOTE_LIMIT)
    write_down(op, incident, "note.written", text=note)
    op.audit("note.written", site=incident.site, subject=f"incident:{incident.id}", particulars={})
    return incident
