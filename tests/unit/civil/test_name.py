"""Names: one spelling, masks, initials, and the range that finds a prefix."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.civil.name import all_initials, initials, mask_name, normalise_name, prefix_range
from common.errors import Invalid


@pytest.mark.parametrize(
    ("given_value", "kept"),
    [
        (" 王明 ", "王明"),
        ("王　明", "王明"),
        ("王 明", "王明"),
        ("买买提•阿里", "买买提·阿里"),
        ("买买提・阿里", "买买提·阿里"),
        ("买买提．阿里", "买买提·阿里"),
        ("买买提 · 阿里", "买买提·阿里"),
        ("Ａｎｎａ　 Lee", "Anna Lee"),
        ("J. Smith", "J. Smith"),
        ("O'Neil-Kowalski", "O'Neil-Kowalski"),
    ],
)
def test_a_name_is_one_however_it_is_typed(given_value: str, kept: str) -> None:
    assert normalise_name(given_value) == kept


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (None, "empty"),
        ("  ", "empty"),
        (12, "kind"),
        ("王\x00明", "control"),
        ("王\u200b明", "control"),
        ("王\u202e明", "control"),
        ("123", "letters"),
        ("——", "letters"),
        ("王" * 61, "long"),
    ],
)
def test_what_is_no_name_is_refused(wrong: object, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        normalise_name(wrong)
    assert refused.value.code == f"name.{code}"


@given(st.text(max_size=70))
def test_normalising_twice_changes_nothing(text: str) -> None:
    try:
        once = normalise_name(text)
    except Invalid:
        return
    assert normalise_name(once) == once


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("王", "*"),
        ("王明", "王*"),
        ("王小明", "王*明"),
        ("欧阳明", "欧阳*"),
        ("欧阳小明", "欧阳**"),
        ("买买提·阿里", "买*****"),
        ("John Smith", "J*** S****"),
    ],
)
def test_masks(name: str, masked: str) -> None:
    assert mask_name(name) == masked


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("王明", "wm"),
        ("单雄信", "sxx"),
        ("曾敏", "zm"),
        ("尉迟恭", "ycg"),
        ("万俟卨", "mqx"),
        ("买买提·阿里", "mmtal"),
        ("Anna Lee", "al"),
        ("Élan", "e"),
    ],
)
def test_initials_read_surnames_as_surnames(name: str, letters: str) -> None:
    assert initials(name) == letters
    assert all_initials(name)[0] == letters


def test_other_readings_are_found_too_and_bounded() -> None:
    assert {"zm", "cm"} <= set(all_initials("曾敏"))
    assert len(all_initials("单曾解仇查区乐覃")) <= 8


NAMES = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)


@given(NAMES, NAMES)
def test_the_range_holds_exactly_the_names_with_the_prefix(prefix: str, name: str) -> None:
    low, high = (bound.encode() for bound in prefix_range(prefix))
    for candidate in (name, prefix + name):
        assert (low <= candidate.encode() < high) == candidate.startswith(prefix)


def test_the_range_of_a_prefix_before_the_surrogates_is_text() -> None:
    assert prefix_range("\ud7ff") == ("\ud7ff", "\ue000")
