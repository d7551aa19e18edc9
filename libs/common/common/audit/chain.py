"""The rule of the hash-chained log: each entry's hash covers the hash before it, so that none can be changed,
left out, added or moved without every later hash being wrong. Pure: tables are in `tables`, storing is in `log`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from common.audit.canonical import canonical, salted_digest

GENESIS = "0" * 64
"""What stands before the first entry."""

ENTRY_DOMAIN = b"sizao.audit.v1"
PARTICULARS_DOMAIN = b"sizao.audit.particulars.v1"


class ChainEntry(Protocol):
    """What an entry must have; hashes and digests are lower-case hexadecimal."""

    @property
    def id(self) -> str: ...
    @property
    def site(self) -> str: ...
    @property
    def position(self) -> int: ...
    @property
    def at(self) -> datetime: ...
    @property
    def actor(self) -> str: ...
    @property
    def action(self) -> str: ...
    @property
    def subject(self) -> str: ...
    @property
    def digest(self) -> str: ...
    @property
    def previous(self) -> str: ...
    @property
    def hash(self) -> str: ...


@dataclass(frozen=True)
class Head:
    """The end of a chain: the position of its last entry (0 if it is empty) and that entry's hash."""

    position: int
    hash: str


def content(entry: ChainEntry) -> dict[str, Any]:
    """What an entry's hash covers besides the hash before it."""
    return {
        "id": entry.id,
        "site": entry.site,
        "position": entry.position,
        "at": entry.at,
        "actor": entry.actor,
        "action": entry.action,
        "subject": entry.subject,
        "digest": entry.digest,
    }


def link(previous: str, entry: bytes) -> str:
    """The hash of an entry, given as canonical bytes of its `content`, after the hash `previous`."""
    return hashlib.sha256(ENTRY_DOMAIN + b"\x00" + bytes.fromhex(previous) + entry).hexdigest()


def particulars_digest(particulars: dict[str, Any], salt: bytes) -> str:
    """The salted digest that stands in an entry for its particulars."""
    return salted_digest(PARTICULARS_DOMAIN, particulars, salt).hex()


def verify(entries: Iterable[ChainEntry], start: Head | None = None) -> int | None:
    """The position at which the chain is first broken, or `None` if it holds.

    `entries` follow `start` (the beginning if not given) in the order of their positions. A gap is reported at the
    position that is missing. That nothing is cut off at the end only a known `Head` can tell.
    """
    position, previous = (start.position, start.hash) if start else (0, GENESIS)
    for entry in entries:
        position += 1
        if entry.position != position or entry.previous != previous:
            return position
        if link(previous, canonical(content(entry))) != entry.hash:
            return position
        previous = entry.hash
    return None
