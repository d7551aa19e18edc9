"""Readings: one number however it is spelled, and a clear refusal for what is none."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.civil.reading import from_hundredths, is_fever, needs_retest, parse_reading, to_hundredths
from common.errors import Invalid

BOUNDARY = Decimal("37.3")


@pytest.mark.parametrize(
    ("given_value", "exact"),
    [
        ("37.3", "37.3"),
        ("37,3", "37.3"),
        ("３７．３", "37.3"),
        ("37。3", "37.3"),
        ("37.3℃", "37.3"),
        ("37.3°C", "37.3"),
        ("37.3 度", "37.3"),
        (" 37.3 ", "37.3"),
        ("　37.3　", "37.3"),
        (37.299999999999997, "37.3"),
        (37.300000000000004, "37.3"),
        (Decimal("37.3"), "37.3"),
        ("37.29", "37.29"),
        (37.29, "37.29"),
        ("37.30", "37.3"),
        (37, "37.0"),
        ("36", "36.0"),
        ("34.0", "34.0"),
        ("43.0", "43.0"),
    ],
)
def test_every_spelling_of_a_reading_means_the_same_number(given_value: object, exact: str) -> None:
    assert str(parse_reading(given_value)) == exact


@pytest.mark.parametrize("nothing", [None, "", "  ", "　"])
def test_an_empty_reading_is_not_measured_and_never_zero(nothing: object) -> None:
    assert parse_reading(nothing) is None


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ("NaN", "nan"),
        (float("nan"), "nan"),
        (Decimal("NaN"), "nan"),
        (Decimal("sNaN"), "nan"),
        ("inf", "infinite"),
        (float("-inf"), "infinite"),
        (Decimal("Infinity"), "infinite"),
        ("0", "zero"),
        (0, "zero"),
        (0.0, "zero"),
        ("3.73", "too_low"),
        ("33.99", "too_low"),
        ("373", "too_high"),
        ("43.01", "too_high"),
        (366, "too_high"),
        ("99.1F", "fahrenheit"),
        ("99.1℉", "fahrenheit"),
        ("36.5F", "fahrenheit"),
        ("正常", "word"),
        ("36.5 36.6", "word"),
        ("3.73e1", "word"),
        ("<35", "word"),
        ("37,3,1", "word"),
        (True, "kind"),
        ([36.5], "kind"),
        ("-36.5", "negative"),
        ("36.555", "decimals"),
        ("37.299999999999997", "decimals"),
        (36.5666666666667, "decimals"),
        ("9" * 5000, "word"),
    ],
)
def test_what_is_no_reading_is_refused_with_its_own_code_and_words(wrong: object, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse_reading(wrong)
    assert refused.value.code == f"reading.{code}"
    assert refused.value.words("zh").startswith("体温")
    assert refused.value.words("en").startswith("Temperature")
    assert "{" not in refused.value.zh + refused.value.en


def test_braces_in_a_wrong_reading_do_not_break_its_message() -> None:
    with pytest.raises(Invalid, match=r"\{x\}"):
        parse_reading("{x}")


def test_the_plausible_range_is_a_setting() -> None:
    assert parse_reading("33.5", low=Decimal("33.0")) == Decimal("33.5")
    with pytest.raises(Invalid, match=r"42\.0"):
        parse_reading("42.5", high=Decimal("42.0"))


@pytest.mark.parametrize(("reading", "fever"), [("37.2", False), ("37.29", False), ("37.3", True), ("38.4", True)])
def test_the_fever_boundary_is_inclusive_and_nothing_is_rounded_up_to_it(reading: str, fever: bool) -> None:
    parsed = parse_reading(reading)
    assert parsed is not None
    assert is_fever(parsed, BOUNDARY) is fever


def test_a_low_reading_asks_for_a_retest() -> None:
    assert needs_retest(Decimal("34.8"), Decimal("35.0"))
    assert not needs_retest(Decimal("35.0"), Decimal("35.0"))


@given(st.integers(3400, 4300), st.sampled_from(["{}", " {} ", "{}℃", "{}°C", "{}度"]), st.booleans(), st.booleans())
def test_any_plausible_reading_comes_back_exact_from_each_spelling(
    hundredths: int, form: str, comma: bool, wide: bool
) -> None:
    exact = Decimal(hundredths).scaleb(-2)
    text = form.format(exact)
    if comma:
        text = text.replace(".", ",")
    if wide:
        text = text.translate(str.maketrans("0123456789.,", "０１２３４５６７８９．，"))
    parsed = parse_reading(text)
    assert parsed is not None
    assert parsed == exact == parse_reading(float(exact))
    assert to_hundredths(parsed) == hundredths
    assert str(from_hundredths(hundredths)) == str(parsed)


@given(st.one_of(st.text(), st.floats(), st.integers(), st.decimals()))
def test_any_input_gives_a_plausible_reading_nothing_or_a_refusal(value: object) -> None:
    try:
        parsed = parse_reading(value)
    except Invalid:
        return
    assert parsed is None or Decimal("34.0") <= parsed <= Decimal("43.0")
