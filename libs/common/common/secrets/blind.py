"""Keyed indexes: rows are found by a personal value that the database itself can't read."""

from __future__ import annotations

import hashlib
import hmac

from common.errors import Invalid
from common.secrets.current import get_keyring

INDEX_BYTES = 16
_PERSON = "person"


def blind_index(key: bytes, purpose: str, value: str, site: str | None) -> bytes:
    """The 16-byte index of `value` under `key` (`KeyRing.index_key`).

    `purpose` names what is indexed, such as `screening.visitor.document`; equal values under different purposes or at
    different sites can't be linked. `site` is `None` only where sites are meant to recognise each other. The caller
    normalises `value` first; raises Invalid if it is empty.
    """
    return _mac(key, purpose, value, site)[:INDEX_BYTES]


def person_key(document_type: str, number: str) -> str:
    """What services recognise a person by, at every site alike: 64 hexadecimal digits.

    `number` is a normalised document number; raises Invalid if it is empty, Unavailable without a key ring.
    """
    return _mac(get_keyring().index_key, _PERSON, f"{document_type}:{number}" if number else "", None).hex()


def last_four(value: str) -> str:
    """The last four characters, for search and masks; raises Invalid if they would be the whole value."""
    if len(value) <= 4:
        raise Invalid(
            "blind.too_short",
            "A value of {length} characters has no last four to show: it takes five or more.",
            "仅 {length} 位,不能只取末四位:至少需要五位。",
            length=len(value),
        )
    return value[-4:]


def _mac(key: bytes, purpose: str, value: str, site: str | None) -> bytes:
    if not value:
        raise Invalid("blind.empty", "An empty value can't be indexed.", "空值不能建立索引。")
    parts = [part.encode("utf-8", "surrogatepass") for part in (purpose, "-" if site is None else f"@{site}", value)]
    message = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
    return hmac.new(key, message, hashlib.sha256).digest()
