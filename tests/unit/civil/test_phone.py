"""Phone numbers: one spelling, clear refusals, masks."""

from __future__ import annotations

import pytest

from common.civil.phone import is_mobile, mask_phone, normalise_phone
from common.errors import Invalid


@pytest.mark.parametrize(
    ("given_value", "kept"),
    [
        ("13800005794", "13800005794"),
        ("138 0000 5794", "13800005794"),
        ("138-0000-5794", "13800005794"),
        ("１３８００００５７９４", "13800005794"),
        ("+86 138 0000 5794", "13800005794"),
        ("0086-13800005794", "13800005794"),
        ("8613800005794", "13800005794"),
        (13800005794, "13800005794"),
        (13800005794.0, "13800005794"),
        ("0451-82345678", "0451-82345678"),
        ("045182345678", "0451-82345678"),
        ("(0451) 8234 5678", "0451-82345678"),
        ("（0451）82345678", "0451-82345678"),
        ("010-62345678", "010-62345678"),
        ("+86 451 82345678", "0451-82345678"),
        ("+86 10 62345678", "010-62345678"),
        ("0451-82345678转801", "0451-82345678-801"),
        ("0451-82345678-801", "0451-82345678-801"),
        ("82345678", "82345678"),
        ("400-823-4567", "4008234567"),
        ("+852 5123 4567", "+85251234567"),
        ("00852 5123 4567", "+85251234567"),
        ("+1 (202) 555-0123", "+12025550123"),
    ],
)
def test_a_number_is_one_however_it_is_typed(given_value: object, kept: str) -> None:
    assert normalise_phone(given_value) == kept
    assert normalise_phone(kept) == kept


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ("", "empty"),
        (None, "empty"),
        ("1380000579", "length"),
        ("138000057941", "length"),
        ("13800005794 王", "characters"),
        (True, "characters"),
        (1.38e20, "characters"),
        ("12345", "form"),
        ("12800005794", "form"),
        ("+0123456789", "form"),
    ],
)
def test_a_wrong_number_is_refused_with_its_own_reason(wrong: object, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        normalise_phone(wrong)
    assert refused.value.code == f"phone.{code}"


@pytest.mark.parametrize(
    ("phone", "masked"),
    [
        ("13800005794", "138****5794"),
        ("0451-82345678", "0451-****5678"),
        ("0451-82345678-801", "0451-****5678"),
        ("+85251234567", "+85*****4567"),
        ("82345678", "******78"),
    ],
)
def test_masks(phone: str, masked: str) -> None:
    assert mask_phone(phone) == masked


def test_only_a_mobile_gets_texts() -> None:
    assert is_mobile("13800005794")
    assert not is_mobile("0451-82345678")
