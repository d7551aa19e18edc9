"""What retests, voids and completed particulars of a held check mean for its incident."""

from __future__ import annotations

from sqlalchemy import select

from common.events.catalogue.screening import CheckCompleted, CheckRetested, CheckVoided
from common.events.envelope import Envelope
from common.op import Op
from common.secrets.sealed import unseal
from isolation.domain.closure import Retest, suggestion_of
from isolation.domain.kinds import reading_text
from isolation.models import Incident, IncidentCheck
from isolation.usecases.checks import adopt_check, claim_check
from isolation.usecases.confirmation import withdraw_confirmation
from isolation.usecases.incident_file import write_down


def retested(op: Op, incident: Incident, told: CheckRetested, _envelope: Envelope) -> None:
    """A second measurement joins the incident of the first; it opens none of its own (plan G4)."""
    if told.reading is None:
        code = "check.retested_unmeasured"
    else:
        code = "check.retested_normal" if told.normal else "check.retested_fever"
    params = {"reading": reading_text(told.reading), "thermometer": told.thermometer or ""}
    write_down(op, incident, code, at=told.measured_at, params=params, actor=(told.guard_ref, None))
    if claim_check(op, incident.site, told.check_id) is None:
        adopt_check(
            op, incident, told.check_id, "retest", measured_at=told.measured_at, reading=told.reading,
            normal=told.normal, thermometer=told.thermometer,
        )  # fmt: skip
    _judge_anew(op, incident)


def voided(op: Op, incident: Incident, told: CheckVoided, _envelope: Envelope) -> None:
    """A check was an entry error: the first one suggests so of the whole incident, a retest just no longer counts."""
    check = op.db.get_one(IncidentCheck, (incident.site, told.check_id))
    check.voided_at = told.voided_at
    code = "check.retest_voided" if check.role == "retest" else "check.voided"
    write_down(op, incident, code, at=told.voided_at, text=told.reason, actor=(told.by_ref, None))
    _judge_anew(op, incident)


def completed(op: Op, incident: Incident, told: CheckCompleted, envelope: Envelope) -> None:
    """Somebody stored without a name is known now; an older completion than the last changes nothing."""
    if envelope.sequence < incident.person_sequence:
        return
    known = unseal(told.sealed, envelope.id)
    incident.person_sequence = envelope.sequence
    incident.person_kind, incident.person_ref, incident.person_key = told.person_kind, told.person_ref, told.person_key
    incident.staff_number, incident.masked_name = told.staff_number, told.masked_name
    incident.name, incident.phone = known.get("name"), known.get("phone")
    incident.document_type, incident.document_number = known.get("document_type"), known.get("document_number")
    write_down(
        op,
        incident,
        "particulars.completed",
        at=envelope.time,
        params={"name": told.masked_name},
        actor=("system:screening", None),
    )


def _judge_anew(op: Op, incident: Incident) -> None:
    """The suggestion follows from all checks together, so that the order in which news came does not matter."""
    checks = op.db.scalars(
        select(IncidentCheck).where(IncidentCheck.site == incident.site, IncidentCheck.incident_id == incident.id)
    ).all()
    incident.suggestion = suggestion_of(
        first_voided=any(one.role == "first" and one.voided_at is not None for one in checks),
        retests=[
            Retest(one.measured_at, bool(one.normal), one.voided_at is not None)
            for one in checks
            if one.role == "retest" and one.measured_at is not None
        ],
    )
    if incident.confirmed_mark == "retest_normal" and incident.suggestion == "none" and incident.state == "open":
        withdraw_confirmation(op, incident)
