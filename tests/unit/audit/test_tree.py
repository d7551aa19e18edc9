"""The seal of a register: any change shows, each row can be shown to belong, and equal content seals equally."""

from __future__ import annotations

import hashlib
import unicodedata
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from common.audit.canonical import canonical, new_salt, plain
from common.audit.tree import (
    Inclusion,
    Seal,
    check_head,
    check_seal,
    check_short_head,
    prove,
    row_digest,
    seal,
    short_head,
    tree_root,
    verify_inclusion,
)
from common.errors import Invalid

DIGESTS = st.lists(st.binary(min_size=32, max_size=32), max_size=40, unique=True)
HEADER = {"site": "east", "entrance": "main", "day": date(2021, 3, 2), "signed_by": "staff:1"}
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63) + 1, 2**63 - 1)
    | TEXT
    | st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9, places=3)
    | st.datetimes(timezones=st.just(UTC))
    | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abcdé", max_size=4), inner, max_size=3),
    max_leaves=8,
)
ROWS = st.dictionaries(st.text("abcdef", min_size=1, max_size=4), VALUES, max_size=5)


@given(row=ROWS, data=st.data())
def test_the_order_of_keys_is_nothing_and_reading_back_changes_nothing(
    row: dict[str, Any], data: st.DataObject
) -> None:
    shuffled = dict(data.draw(st.permutations(list(row.items()))))
    assert canonical(shuffled) == canonical(row)
    assert canonical(plain(row)) == canonical(row)


@given(text=TEXT)
def test_composed_and_decomposed_text_are_the_same(text: str) -> None:
    assert canonical(unicodedata.normalize("NFD", text)) == canonical(unicodedata.normalize("NFC", text))


@given(seconds=st.integers(0, 4 * 10**9), hours=st.integers(-12, 14))
def test_an_instant_is_spelled_alike_from_every_zone(seconds: int, hours: int) -> None:
    instant = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds, microseconds=seconds % 999_983)
    assert canonical(instant.astimezone(timezone(timedelta(hours=hours)))) == canonical(instant)


def test_the_spelling_is_fixed() -> None:
    row = {
        "reading": Decimal("37.30"),
        "at": datetime(2021, 3, 2, 0, 30, tzinfo=timezone(timedelta(hours=8))),
        "day": date(2021, 3, 2),
        "name": "赵测试",
        "held": True,
        "none": None,
        "list": (1, Decimal("-0.0"), Decimal("1E+2")),
    }
    assert canonical(row).decode() == (
        '{"at":"2021-03-01T16:30:00.000000Z","day":"2021-03-02","held":true,"list":[1,"0","100"],'
        '"name":"赵测试","none":null,"reading":"37.3"}'
    )


def _deep(levels: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize(
    "value",
    [
        37.3,
        float("nan"),
        Decimal("NaN"),
        Decimal("Infinity"),
        Decimal("1E+999999"),
        datetime(2021, 3, 2, tzinfo=UTC).replace(tzinfo=None),
        datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=8))),
        b"bytes",
        {1: "a"},
        {"é": 1, "e\u0301": 2},
        {"a", "b"},
        "\ud800",
        2**63,
        _deep(40),
        _deep(5000),
    ],
)
def test_what_has_no_fixed_spelling_is_refused(value: Any) -> None:
    with pytest.raises(Invalid):
        row_digest({"a": value}, new_salt())


@given(one=ROWS, two=ROWS)
def test_different_rows_have_different_digests(one: dict[str, Any], two: dict[str, Any]) -> None:
    salt = bytes(16)
    assert (row_digest(one, salt) == row_digest(two, salt)) is (canonical(one) == canonical(two))


def test_a_salt_hides_what_was_in_a_row() -> None:
    row = {"reading": Decimal("37.3")}
    assert row_digest(row, new_salt()) != row_digest(row, new_salt())
    for salt in (b"", bytes(15), bytes(17)):
        with pytest.raises(Invalid):
            row_digest(row, salt)


@given(digests=DIGESTS)
def test_every_row_is_provable_at_its_own_place_only(digests: list[bytes]) -> None:
    root = tree_root(digests)
    for index, digest in enumerate(digests):
        proof = prove(digests, index)
        assert verify_inclusion(digest, proof, root)
        assert len(proof.path) <= 6
        for other in range(-1, len(digests) + 1):
            moved = Inclusion(other, proof.count, proof.path)
            assert verify_inclusion(digest, moved, root) is (other == index)


@given(digests=DIGESTS, data=st.data())
def test_a_false_proof_fails(digests: list[bytes], data: st.DataObject) -> None:
    assume(digests)
    root, index = tree_root(digests), data.draw(st.integers(0, len(digests) - 1))
    proof = prove(digests, index)
    assert not verify_inclusion(
        data.draw(st.binary(min_size=32, max_size=32).filter(digests[index].__ne__)), proof, root
    )
    assert not verify_inclusion(digests[index], Inclusion(index, proof.count, (*proof.path, bytes(32))), root)
    if proof.path:
        assert not verify_inclusion(digests[index], Inclusion(index, proof.count, proof.path[:-1]), root)
        assert not verify_inclusion(digests[index], Inclusion(index, proof.count, (bytes(32), *proof.path[1:])), root)


@pytest.mark.parametrize("index", [-1, 3])
def test_no_proof_for_a_row_that_is_not_there(index: int) -> None:
    with pytest.raises(Invalid):
        prove([bytes([n]) * 32 for n in range(3)], index)


def test_a_node_cannot_be_passed_off_as_a_row() -> None:
    rows = [bytes([n]) * 32 for n in range(4)]
    leaves = [hashlib.sha256(b"\x00" + row).digest() for row in rows]
    pairs = [hashlib.sha256(b"\x01" + leaves[n] + leaves[n + 1]).digest() for n in (0, 2)]
    assert tree_root(rows) == hashlib.sha256(b"\x01" + pairs[0] + pairs[1]).digest()
    assert tree_root(pairs) != tree_root(rows)


@given(digests=DIGESTS, data=st.data())
def test_any_change_changes_the_head(digests: list[bytes], data: st.DataObject) -> None:
    previous = data.draw(st.none() | st.binary(min_size=32, max_size=32))
    sealed = seal(HEADER, digests, previous)
    assert sealed.count == len(digests)
    assert check_seal(sealed, HEADER, list(digests), previous)
    assert check_head(sealed, HEADER, previous)
    changed = data.draw(DIGESTS)
    assert check_seal(sealed, HEADER, changed, previous) is (changed == digests)
    assert not check_seal(sealed, {**HEADER, "signed_by": "staff:2"}, digests, previous)
    assert not check_seal(sealed, HEADER, digests, bytes(31) + b"\x01" if previous is None else None)
    assert not check_head(Seal(sealed.root, sealed.head, sealed.count + 1), HEADER, previous)
    assert not check_head(Seal(sealed.head, sealed.head, sealed.count), HEADER, previous)
    if len(digests) > 1:
        swapped = [digests[1], digests[0], *digests[2:]]
        assert seal(HEADER, swapped, previous).head != sealed.head
        assert seal(HEADER, digests[:-1], previous).head != sealed.head
        assert seal(HEADER, [*digests, digests[-1]], previous).head != sealed.head


def test_days_chain_and_the_first_day_is_unlike_one_after_zeros() -> None:
    first = seal(HEADER, [], None)
    assert seal(HEADER, [], bytes(32)).head != first.head
    assert seal(HEADER, [], first.head).head != first.head
    with pytest.raises(Invalid):
        seal(HEADER, [], b"short")
    with pytest.raises(Invalid):
        seal(HEADER, [b"short"], None)


def test_a_short_head_is_checked_as_people_type_it() -> None:
    head = hashlib.sha256(b"a").digest()
    text = short_head(head)
    assert [len(group) for group in text.split(" ")] == [4] * 8
    assert check_short_head(head, text)
    assert check_short_head(head, text.lower().replace(" ", "-"))
    assert check_short_head(head, "".join(chr(ord(c) + 0xFEE0) if c != " " else "\u3000" for c in text))
    assert not check_short_head(head, text[:-1])
    assert not check_short_head(head, "")
    assert not check_short_head(head, short_head(hashlib.sha256(b"b").digest()))
