"""Opening an incident: by itself from a held check, exactly once, or by hand (plan G4)."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from common.civil.name import mask_name, normalise_name
from common.civil.phone import normalise_phone
from common.copies.lookups import protocol_on
from common.errors import Invalid
from common.events.catalogue.isolation import IncidentOpened
from common.events.catalogue.screening import CheckHeld
from common.ids import new_id
from common.op import Op, text_or_invalid, usecase
from common.protocol import Protocol
from common.secrets.sealed import unseal
from common.web.idempotency import Stored, once, remember
from isolation.domain.clocks import limits_of
from isolation.domain.kinds import kind_of, local_day_of, number_text, reading_text, reason_words, severity_of, start_of
from isolation.domain.steps import AUTHORITY, due_at
from isolation.domain.words import UNNAMED
from isolation.models import Incident, IncidentStep
from isolation.usecases.checks import adopt_check, claim_check
from isolation.usecases.incident_file import write_down
from isolation.usecases.measure import observe_opened
from isolation.usecases.number import next_place


@usecase
def open_by_check(op: Op, *, site: str, check: CheckHeld, event_id: str, sequence: int) -> str | None:
    """Opens the incident of a held check and tells it all news that came before; `None` if it has one already."""
    if claim_check(op, site, check.check_id) is not None:
        return None
    protocol, zone = protocol_on(op.db, site, check.day), ZoneInfo(op.site(site).timezone)
    known = unseal(check.sealed, event_id)
    incident = _new(
        op, site, protocol,
        found_at=check.measured_at, recorded_at=check.recorded_at, imported=check.imported,
        day=local_day_of(check.measured_at, zone),
        check_id=check.check_id,
        kind=kind_of(fever=check.fever, reasons=check.reasons),
        severity=severity_of(fever=check.fever, reasons=check.reasons, symptoms=check.symptoms),
        reading=check.reading, entrance_id=check.entrance_id, place_name=check.entrance_name,
        reasons=[*check.reasons, *check.symptoms],
        reason_words=[list(words) for words in reason_words(check.reasons, check.symptoms, protocol)],
        reported_by=check.guard_ref,
        person_kind=check.person_kind, person_ref=check.person_ref, person_key=check.person_key,
        staff_number=check.staff_number, masked_name=check.masked_name or UNNAMED, person_sequence=sequence,
        name=known.get("name"), phone=known.get("phone"),
        document_type=known.get("document_type"), document_number=known.get("document_number"),
    )  # fmt: skip
    held = "check.held" if check.reading is not None else "check.held_unmeasured"
    told = {"entrance": check.entrance_name, "reading": reading_text(check.reading)}
    write_down(op, incident, held, at=check.measured_at, params=told, actor=(check.guard_ref, None))
    _announce(op, incident, "incident.opened_imported" if check.imported else "incident.opened")
    adopt_check(op, incident, check.check_id, "first", measured_at=check.measured_at, reading=check.reading)
    op.audit("incident.opened", site=site, subject=f"incident:{incident.id}", particulars=_audited(incident))
    return incident.id


@usecase
def open_by_hand(
    op: Op,
    *,
    site: str,
    kind: str,
    place: str,
    name: str = "",
    phone: str = "",
    found_at: datetime | None = None,
    note: str,
    key: str | None = None,
    digest: str = "",
) -> Stored:
    """Opens an incident that no check reported, once for a key; the caller's own words say what was seen.

    Answers its id, number and version.
    """
    zone = ZoneInfo(op.site(site).timezone)
    if (stored := once(op, scope="incidents", site=site, key=key, digest=digest)) is not None:
        return stored
    found = found_at or op.now
    if found > op.now:
        raise Invalid(
            "incident.future",
            "Nobody is found in the future: check the time.",
            "发现时间不能晚于现在。",
            field="found_at",
        )
    protocol = protocol_on(op.db, site, local_day_of(found, zone))
    whole_name = normalise_name(name) if name else None
    incident = _new(
        op, site, protocol,
        found_at=found, recorded_at=op.now, imported=False, day=local_day_of(found, zone), check_id=None,
        kind=kind, severity=severity_of(fever=kind == "fever", reasons=(), symptoms=()),
        place_name=text_or_invalid(place, field="place", words=("The place", "地点"), limit=120),
        reasons=["opened_by_hand"],
        reason_words=[list(words) for words in reason_words(["opened_by_hand"], (), protocol)],
        reported_by=op.caller.id, person_kind="unnamed" if whole_name is None else "visitor",
        masked_name=mask_name(whole_name) if whole_name else UNNAMED,
        name=whole_name, phone=normalise_phone(phone) if phone else None,
    )  # fmt: skip
    _announce(op, incident, "incident.opened_by_hand", text_or_invalid(note, field="note", words=("The note", "说明")))
    op.audit("incident.opened_by_hand", site=site, subject=f"incident:{incident.id}", particulars=_audited(incident))
    made = {"id": incident.id, "number": incident.number, "version": incident.version}
    return remember(op, scope="incidents", site=site, key=key, status=201, body=made)


def _new(
    op: Op,
    site: str,
    protocol: Protocol,
    *,
    found_at: datetime,
    recorded_at: datetime,
    imported: bool,
    **fields: object,
) -> Incident:
    start = start_of(
        found_at=found_at, recorded_at=recorded_at, imported=imported,
        alarm_within_hours=protocol.alerts.alarm_within_hours,
    )  # fmt: skip
    limits, day = limits_of(protocol.alerts), fields["day"]
    year = day.year  # type: ignore[attr-defined] # a date
    place = next_place(op, site, year)
    incident = Incident(
        id=new_id(), site=site, version=0, year=year, place=place, number=number_text(year, place),
        found_at=found_at, recorded_at=recorded_at, opened_at=op.now, imported=imported,
        counted_from=start.counted_from, silent=start.silent, protocol_code=protocol.code,
        limits={"first_alert": limits.first_alert, "acknowledged": limits.acknowledged,
                "authority_told": limits.authority_told},
        authority_owed=any(step.code == AUTHORITY for step in protocol.incident_steps),
        suggestion="none", state="open", **fields,
    )  # fmt: skip
    op.db.add(incident)
    op.db.flush()
    for position, step in enumerate(protocol.incident_steps):
        op.db.add(
            IncidentStep(
                id=new_id(), site=site, incident_id=incident.id, code=step.code, position=position,
                name_zh=step.words.zh, name_en=step.words.en, obligatory=step.obligatory,
                within_minutes=step.within_minutes, due_at=due_at(incident.counted_from, step.within_minutes),
                phones=list(step.phones), outcomes=[[one.zh, one.en] for one in step.outcomes],
            )
        )  # fmt: skip
    return incident


def _announce(op: Op, incident: Incident, code: str, text: str | None = None) -> None:
    write_down(op, incident, code, params={"number": incident.number}, text=text)
    observe_opened(op, incident)
    op.emit(
        IncidentOpened(
            incident_id=incident.id,
            number=incident.number,
            check_id=incident.check_id,
            kind=incident.kind,  # type: ignore[arg-type] # the database holds no other
            severity=incident.severity,  # type: ignore[arg-type]
            found_at=incident.found_at,
            opened_at=incident.opened_at,
            masked_name=incident.masked_name,
            imported=incident.imported,
        ),
        site=incident.site,
        subject=incident.id,
        sequence=incident.version,
    )


def _audited(incident: Incident) -> dict[str, object]:
    return {"number": incident.number, "kind": incident.kind, "severity": incident.severity, "check": incident.check_id}
