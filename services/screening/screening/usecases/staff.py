"""The staff of the site, kept from the directory's events."""

from __future__ import annotations

from common.civil.document import Document as CheckedDocument
from common.civil.document import DocumentType, normalise_document
from common.civil.name import initials
from common.events.catalogue.coordination import PersonChanged
from common.op import Op
from common.secrets.sealed import unseal
from common.service import Received
from screening.models import Person
from screening.usecases.finding import document_index, document_tail, phone_index, phone_tail


def keep_person(op: Op, event: Received[PersonChanged]) -> None:
    """Keeps a staff member's or contractor's newest state; an older one is ignored, an account alone is no person."""
    told, site, sequence = event.payload, event.envelope.site, event.envelope.sequence
    known = op.db.get(Person, told.person_id)
    if known is not None and known.sequence >= sequence:
        return
    if told.kind == "account":
        if known is not None:
            known.active, known.sequence = False, sequence
        return
    person = known or Person(id=told.person_id, site=site)
    opened = unseal(told.sealed, event.envelope.id)
    name, phone, number = opened.get("name") or told.masked_name, opened.get("phone"), opened.get("document_number")
    kind = opened.get("document_type")
    person.kind = told.kind
    person.name, person.initials = name, initials(name)
    person.document_type = kind if number else None
    person.document_number = normalise_document(number) if number else None
    person.document_index = person.document_last4 = None
    if number:
        document = CheckedDocument(
            DocumentType(kind or DocumentType.RESIDENT_ID), normalise_document(number), checked=False
        )
        person.document_index = document_index(site, document)
        person.document_last4 = document_tail(site, document.number)
    person.phone = phone
    person.phone_index = phone_index(site, phone) if phone else None
    person.phone_last4 = phone_tail(site, phone) if phone else None
    person.person_key = told.person_key
    person.staff_number, person.badge = told.staff_number, told.badge
    person.section = told.section
    person.leaves = [leave.model_dump(mode="json") for leave in told.leaves]
    person.active, person.sequence = told.active, sequence
    if known is None:
        op.db.add(person)
