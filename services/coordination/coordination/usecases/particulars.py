"""A person's particulars as columns: encrypted, indexed, masked."""

from __future__ import annotations

from common.civil.document import Document, mask_document
from common.civil.name import initials
from common.civil.phone import mask_phone
from common.secrets.blind import blind_index, person_key
from common.secrets.current import get_keyring
from coordination.models import Person

DOCUMENT_PURPOSE = "coordination.person.document"


def document_index(site: str, document: Document) -> bytes:
    """The blind index that finds a document within a site."""
    return blind_index(get_keyring().index_key, DOCUMENT_PURPOSE, f"{document.kind.value}:{document.number}", site)


def set_name(person: Person, name: str) -> None:
    """Stores a normalised name with its initials."""
    person.name = name
    person.initials = initials(name)[:60]


def set_phone(person: Person, phone: str | None) -> None:
    """Stores a normalised phone with its mask."""
    person.phone = phone
    person.masked_phone = mask_phone(phone) if phone else ""


def set_document(person: Person, document: Document | None) -> None:
    """Stores a checked document with its index, its mask and the key that services recognise the person by."""
    if document is None:
        person.document_type = person.document_number = person.document_index = person.person_key = None
        person.masked_document = ""
        return
    person.document_type = document.kind.value
    person.document_number = document.number
    person.document_index = document_index(person.site, document)
    person.person_key = person_key(document.kind.value, document.number)
    person.masked_document = mask_document(document.number)
