"""A mark that the emergency group confirmed when it took the alert: steps are pre-set, closing stays a person's act."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from common.op import Op
from isolation.domain.steps import AUTHORITY, Record
from isolation.domain.words import MARKS, words_of
from isolation.models import Incident, StepRecord
from isolation.usecases.incident_file import steps_of, write_down
from isolation.usecases.step_records import By, put_record, tell_recorded


def confirm_mark(op: Op, incident: Incident, *, mark: str, at: datetime, by_ref: str, by_name: str) -> None:
    """Writes the confirmation down and sets open obligatory steps to "not needed" with the mark as the outcome."""
    words = words_of(MARKS, mark)
    write_down(
        op, incident, "confirmation.given", at=at, params={"mark_zh": words.zh, "mark_en": words.en},
        actor=(by_ref, by_name),
    )  # fmt: skip
    if incident.state != "open":
        return
    incident.confirmed_mark = mark
    for step in steps_of(op, incident):
        if step.state != "open" or not step.obligatory:
            continue
        record = Record("not_needed", mark, "", "", at, preset=True)
        tell_recorded(op, incident, step, put_record(op, incident, step, record, By(by_ref, by_name)))


def withdraw_confirmation(op: Op, incident: Incident) -> None:
    """A newer retest contradicts what was confirmed: the pre-set steps are due again, their records stay."""
    incident.confirmed_mark = None
    preset = set(
        op.db.scalars(select(StepRecord.id).where(StepRecord.incident_id == incident.id, StepRecord.preset.is_(True)))
    )
    for step in steps_of(op, incident):
        if step.record_id in preset:
            step.state, step.record_id, step.late = "open", None, False
            if step.code == AUTHORITY:
                incident.authority_owed = True
    write_down(op, incident, "confirmation.withdrawn")
