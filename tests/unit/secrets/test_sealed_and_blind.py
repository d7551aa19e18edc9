"""Blind indexes, person keys and sealed particulars."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from common.errors import Invalid, Unavailable
from common.secrets import KeyRing, get_keyring, set_keyring
from common.secrets.blind import blind_index, last_four, person_key
from common.secrets.sealed import seal, unseal

EVENT = "0190a000-0000-7000-8000-000000000001"
OTHER = "0190a000-0000-7000-8000-000000000002"
NUMBER = "11010119900307960X"
RING = KeyRing.generate()


@pytest.fixture(autouse=True, scope="module")
def ring() -> Iterator[None]:
    set_keyring(RING)
    yield
    set_keyring(None)


def test_an_index_finds_the_same_value_of_the_same_purpose_and_site_only() -> None:
    key = get_keyring().index_key
    index = blind_index(key, "screening.visitor.document", NUMBER, "east")
    assert len(index) == 16
    assert index == blind_index(key, "screening.visitor.document", NUMBER, "east")
    others = {
        blind_index(key, "screening.visitor.phone", NUMBER, "east"),
        blind_index(key, "screening.visitor.document", NUMBER, "west"),
        blind_index(key, "screening.visitor.document", NUMBER, None),
        blind_index(key, "screening.visitor.document", NUMBER[:-1], "east"),
        blind_index(KeyRing.generate().index_key, "screening.visitor.document", NUMBER, "east"),
    }
    assert len(others) == 5
    assert index not in others


PARTS = st.tuples(st.text(max_size=4), st.none() | st.text(max_size=4), st.text(min_size=1, max_size=4))


@given(one=PARTS, two=PARTS)
@example(one=("a", None, "-b"), two=("a-", None, "b"))
@example(one=("a", "b", "c"), two=("a", "bc", "c"))
@example(one=("a", "b", "cd"), two=("a", "bc", "d"))
@example(one=("a", "b", "c"), two=("a@b", None, "c"))
@example(one=("a", "", "b"), two=("a", None, "b"))
def test_the_parts_of_an_index_never_run_into_each_other(
    one: tuple[str, str | None, str], two: tuple[str, str | None, str]
) -> None:
    first = blind_index(RING.index_key, one[0], one[2], one[1])
    assert (first == blind_index(RING.index_key, two[0], two[2], two[1])) is (one == two)


def test_a_person_key_depends_on_type_and_number() -> None:
    assert len(person_key("resident", NUMBER)) == 64
    assert person_key("resident", NUMBER) == person_key("resident", NUMBER)
    assert person_key("passport", NUMBER) != person_key("resident", NUMBER)
    index = blind_index(RING.index_key, "screening.visitor.document", NUMBER, None)
    assert index.hex() not in person_key("resident", NUMBER)


def test_empty_values_are_refused() -> None:
    with pytest.raises(Invalid):
        person_key("resident", "")
    with pytest.raises(Invalid):
        blind_index(RING.index_key, "screening.visitor.phone", "", "east")


def test_the_last_four_never_are_the_whole_value() -> None:
    assert last_four(NUMBER) == "960X"
    assert last_four("12345") == "2345"
    for short in ("", "1", "1234"):
        with pytest.raises(Invalid):
            last_four(short)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(particulars=st.dictionaries(st.text(max_size=6), JSON, max_size=4))
def test_sealed_particulars_come_back_as_they_were(particulars: dict[str, Any]) -> None:
    text = seal(particulars, EVENT)
    assert unseal(text, EVENT) == particulars
    assert text.isascii()
    assert "=" not in text


def test_nothing_of_a_person_can_be_read_from_outside() -> None:
    text = seal({"name": "赵测试", "phone": "13000000001"}, EVENT)
    assert "13000000001" not in text
    with pytest.raises(Unavailable) as moved:
        unseal(text, OTHER)
    assert moved.value.code == "keyring.altered"


def test_another_installation_cannot_open_it_and_a_rotated_ring_can() -> None:
    text = seal({"name": "赵测试"}, EVENT)
    try:
        set_keyring(KeyRing.generate())
        with pytest.raises(Unavailable) as caught:
            unseal(text, EVENT)
        assert caught.value.code == "keyring.unknown_key"
        set_keyring(RING.rotated(("event",)))
        assert unseal(text, EVENT) == {"name": "赵测试"}
        assert unseal(seal({"a": 1}, OTHER), OTHER) == {"a": 1}
    finally:
        set_keyring(RING)


@pytest.mark.parametrize("text", ["赵", "a b", "****", "A"])
def test_text_that_is_not_sealed_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as caught:
        unseal(text, EVENT)
    assert caught.value.code == "sealed.not_text"


@pytest.mark.parametrize("text", ["", "AAAA", "A" * 400])
def test_text_that_is_too_short_or_foreign_is_refused(text: str) -> None:
    with pytest.raises(Unavailable):
        unseal(text, EVENT)


@pytest.mark.parametrize("value", [{1: 2}, {"a": object()}, {"a": float("nan")}, {"a": b"x"}, {"a": "\ud800"}])
def test_what_json_cannot_hold_is_refused(value: dict[Any, Any]) -> None:
    with pytest.raises(Invalid) as caught:
        seal(value, EVENT)
    assert caught.value.code == "sealed.not_json"
