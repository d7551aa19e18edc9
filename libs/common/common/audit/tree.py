"""The seal of a register (G3): a hash tree over salted row digests, and a head that chains one day to the day before.

Leaves and nodes are hashed apart as in RFC 6962, so that a node can't be passed off as a row. The sealed register keeps
digests, never rows: a row whose retention is over can be purged with its salt while every other row stays provable.
Digests and heads are 32 bytes (SHA-256).
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hmac import compare_digest
from typing import Any

from common.audit.canonical import canonical, salted_digest
from common.errors import Invalid

DIGEST_BYTES = 32
SHORT_GROUPS = 8
_ROW = b"sizao.row.v1"
_SEAL = b"sizao.seal.v1\x00"
_NO_PREVIOUS = bytes(DIGEST_BYTES)


@dataclass(frozen=True)
class Seal:
    """A sealed day: the root over its rows, the head that also binds its header and the day before, the row count."""

    root: bytes
    head: bytes
    count: int


@dataclass(frozen=True)
class Inclusion:
    """Proof that one digest stands at `index` among `count`: its sibling hashes from the leaf up."""

    index: int
    count: int
    path: tuple[bytes, ...]


def row_digest(row: Mapping[str, Any], salt: bytes) -> bytes:
    """The digest of a row under its own salt (`canonical.new_salt`); raises Invalid for what has no spelling."""
    return salted_digest(_ROW, row, salt)


def seal(header: Mapping[str, Any], digests: Sequence[bytes], previous: bytes | None) -> Seal:
    """Seals rows by their `digests`, in order, under the day's `header` and the head before it (`None` if first)."""
    root = tree_root(digests)
    return Seal(root=root, head=_head(header, root, len(digests), previous), count=len(digests))


def check_seal(sealed: Seal, header: Mapping[str, Any], digests: Sequence[bytes], previous: bytes | None) -> bool:
    """Whether header, rows, count and predecessor are exactly those that were sealed."""
    return seal(header, digests, previous) == sealed


def check_head(sealed: Seal, header: Mapping[str, Any], previous: bytes | None) -> bool:
    """Whether the head binds this header, root, count and predecessor, for one who doesn't hold all the digests."""
    return compare_digest(_head(header, sealed.root, sealed.count, previous), sealed.head)


def tree_root(digests: Sequence[bytes]) -> bytes:
    """The root over `digests` (RFC 6962, section 2.1); that of no rows is the hash of nothing."""
    return _levels(digests)[-1][0] if digests else hashlib.sha256(b"").digest()


def prove(digests: Sequence[bytes], index: int) -> Inclusion:
    """The proof that the row at `index` (from 0) is among `digests`; raises Invalid if there is no such row."""
    if not 0 <= index < len(digests):
        raise Invalid(
            "seal.no_such_row",
            "There is no row {number} in a register of {count}.",
            "登记表共 {count} 行,没有第 {number} 行。",
            number=index + 1,
            count=len(digests),
        )
    path: list[bytes] = []
    place = index
    for level in _levels(digests)[:-1]:
        sibling = place ^ 1
        if sibling < len(level):
            path.append(level[sibling])
        place >>= 1
    return Inclusion(index=index, count=len(digests), path=tuple(path))


def verify_inclusion(digest: bytes, proof: Inclusion, root: bytes) -> bool:
    """Whether `digest` stands at the proof's index in the tree with that root and count."""
    if not 0 <= proof.index < proof.count:
        return False
    found = _leaf(digest)
    place, last = proof.index, proof.count - 1
    left = list(proof.path)
    while last:
        if place & 1 or place < last:
            if not left:
                return False
            sibling = left.pop(0)
            found = _node(sibling, found) if place & 1 else _node(found, sibling)
        place, last = place >> 1, last >> 1
    return not left and compare_digest(found, root)


def short_head(head: bytes) -> str:
    """A head's first 128 bits for paper and telephone: eight groups of four, such as `1F0A 77C2 …`."""
    text = _digest(head)[: SHORT_GROUPS * 2].hex().upper()
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


def check_short_head(head: bytes, typed: str) -> bool:
    """Whether a short head as a person typed it (any case, width, spaces, hyphens) is that of `head`."""
    kept = "".join(letter for letter in unicodedata.normalize("NFKC", typed).upper() if letter.isalnum())
    return compare_digest(kept.encode(), short_head(head).replace(" ", "").encode())


def _levels(digests: Sequence[bytes]) -> list[list[bytes]]:
    """The tree from its leaves to its root; a last node without a partner moves up as it is."""
    levels = [[_leaf(digest) for digest in digests]]
    while len(levels[-1]) > 1:
        below = levels[-1]
        above = [_node(below[place], below[place + 1]) for place in range(0, len(below) - 1, 2)]
        levels.append(above + below[len(above) * 2 :])
    return levels


def _head(header: Mapping[str, Any], root: bytes, count: int, previous: bytes | None) -> bytes:
    before = b"\x00" + _NO_PREVIOUS if previous is None else b"\x01" + _digest(previous)
    return hashlib.sha256(_SEAL + before + root + count.to_bytes(8, "big") + canonical(header)).digest()


def _leaf(digest: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + _digest(digest)).digest()


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def _digest(value: bytes) -> bytes:
    if len(value) != DIGEST_BYTES:
        raise Invalid(
            "seal.digest_length",
            "A digest has 32 bytes, this one has {length}.",
            "摘要应为 32 字节,此处为 {length} 字节。",
            length=len(value),
        )
    return value
