"""The keyed indexes by which people are found without the database knowing their numbers."""

from __future__ import annotations

from common.civil.document import Document
from common.secrets.blind import blind_index
from common.secrets.current import get_keyring

SHORTEST_WITH_LAST_FOUR = 6
"""Of a shorter number the last four would be nearly the whole."""


def document_index(site: str, document: Document) -> bytes:
    """The index of a whole document number with its kind."""
    return _index("screening.person.document", f"{document.kind}:{document.number}", site)


def phone_index(site: str, phone: str) -> bytes:
    """The index of a normalised phone number."""
    return _index("screening.person.phone", phone, site)


def document_tail(site: str, number: str) -> bytes | None:
    """The index of a document number's last four characters, `None` for a number too short to have them."""
    return _index("screening.person.document4", number[-4:], site) if len(number) >= SHORTEST_WITH_LAST_FOUR else None


def phone_tail(site: str, phone: str) -> bytes | None:
    """The index of a phone number's last four digits, `None` for a number too short to have them."""
    return _index("screening.person.phone4", phone[-4:], site) if len(phone) >= SHORTEST_WITH_LAST_FOUR else None


def tails_of(site: str, four: str) -> tuple[bytes, bytes]:
    """The indexes of four characters as the end of a document number and of a phone number."""
    return _index("screening.person.document4", four, site), _index("screening.person.phone4", four, site)


def digest(site: str, text: str) -> str:
    """A keyed digest of a request's content: equal requests are recognised, none can be guessed from it."""
    return _index("screening.check.request", text, site).hex()


def _index(purpose: str, value: str, site: str) -> bytes:
    return blind_index(get_keyring().index_key, purpose, value, site)
