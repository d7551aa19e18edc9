"""Identity documents: what is refused and why, what a number tells, what a mask shows."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.civil.document import (
    DocumentType,
    Sex,
    check_character,
    check_document,
    guess_document_type,
    mask_document,
    normalise_document,
    parse_document_type,
)
from common.errors import Invalid

TODAY = date(2021, 3, 1)
RESIDENT = DocumentType.RESIDENT_ID


def resident(county: str, birth: str, order: str) -> str:
    first = county + birth + order
    return first + check_character(first)


GOOD = resident("230103", "19850312", "961")


@pytest.mark.parametrize(
    "spelled",
    [
        GOOD,
        f" {GOOD[:6]} {GOOD[6:14]} {GOOD[14:]} ",
        f"{GOOD[:6]}-{GOOD[6:14]}-{GOOD[14:]}",
        GOOD.translate(str.maketrans("0123456789", "０１２３４５６７８９")),
    ],
)
def test_a_resident_number_is_one_however_it_is_typed(spelled: str) -> None:
    document = check_document(RESIDENT, spelled, today=TODAY)
    assert document.number == GOOD
    assert document.checked
    assert document.birth == date(1985, 3, 12)
    assert document.sex is Sex.MALE


@pytest.mark.parametrize(
    "number", ["210102198310279638", "23100219760205964X", "370102195804239733", "110105198401279970"]
)
def test_numbers_made_elsewhere_are_right(number: str) -> None:
    assert check_document(RESIDENT, number, today=TODAY).number == number


def test_the_check_character_may_be_a_small_or_full_width_x() -> None:
    number = next(n for o in range(960, 1000) if (n := resident("230103", "19850312", str(o))).endswith("X"))
    for spelled in (number, number.lower(), number[:17] + "ｘ", number[:17] + "Ｘ"):
        assert check_document(RESIDENT, spelled, today=TODAY).number == number


@pytest.mark.parametrize("county", ["810000", "820000", "830000", "510202", "999999"])
def test_the_county_code_is_never_judged(county: str) -> None:
    assert check_document(RESIDENT, resident(county, "19900228", "960"), today=TODAY).sex is Sex.FEMALE


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("", "empty"),
        (None, "empty"),
        ("37010219580718997", "length"),
        (GOOD + "1", "length"),
        (GOOD[:5] + "A" + GOOD[6:], "characters"),
        ("X" + GOOD[1:], "characters"),
        (resident("230103", "19900230", "981"), "birth_does_not_exist"),
        (resident("230103", "19000229", "981"), "birth_does_not_exist"),
        (resident("230103", "18991231", "981"), "born_before_1900"),
        (resident("230103", "29990101", "981"), "born_in_future"),
        (resident("230103", "20210302", "981"), "born_in_future"),
        (GOOD[:17] + ("1" if GOOD[17] != "1" else "2"), "check_character"),
        (2.30103197805169e17, "stored_as_number"),
        (230103197805169000, "stored_as_number"),
        ("2.30103E+17", "stored_as_number"),
        ("6.2E+17", "stored_as_number"),
        (float("nan"), "stored_as_number"),
        (True, "characters"),
    ],
)
def test_a_wrong_resident_number_is_refused_with_its_own_reason(number: object, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_document(RESIDENT, number, today=TODAY)
    assert refused.value.code == f"document.{code}"
    assert refused.value.zh
    assert refused.value.zh != refused.value.en


def test_a_birth_today_is_accepted_and_a_refusal_holds_no_number() -> None:
    check_document(RESIDENT, resident("230103", "20210301", "960"), today=TODAY)
    with pytest.raises(Invalid) as refused:
        check_document(RESIDENT, GOOD[:17] + "?", today=TODAY)
    assert GOOD[:17] not in refused.value.zh + refused.value.en + str(refused.value)


@given(st.dates(date(1900, 1, 1), TODAY), st.integers(960, 999), st.integers(0, 999_999), st.integers(0, 16), st.data())
def test_one_mistyped_digit_is_always_noticed(
    birth: date, order: int, county: int, place: int, data: st.DataObject
) -> None:
    number = resident(f"{county:06d}", f"{birth:%Y%m%d}", str(order))
    assert check_document(RESIDENT, number, today=TODAY).birth == birth
    other = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != number[place]]))
    with pytest.raises(Invalid):
        check_document(RESIDENT, number[:place] + other + number[place + 1 :], today=TODAY)


@pytest.mark.parametrize(
    ("kind", "number", "kept"),
    [
        (DocumentType.PASSPORT, "e12345678", "E12345678"),
        (DocumentType.PASSPORT, "EA1234567", "EA1234567"),
        (DocumentType.HK_MACAO_PERMIT, "H12345678", "H12345678"),
        (DocumentType.HK_MACAO_PERMIT, "m 1234567801", "M1234567801"),
        (DocumentType.TAIWAN_PERMIT, "12345678", "12345678"),
        (DocumentType.TAIWAN_PERMIT, 12345678, "12345678"),
        (DocumentType.FOREIGN_RESIDENCE_PERMIT, "CAN110085010101", "CAN110085010101"),
        (DocumentType.OTHER, "军字第123456号", "军字第123456号"),
    ],
)
def test_other_documents_are_accepted_by_their_kind_and_not_called_checked(
    kind: DocumentType, number: object, kept: str
) -> None:
    document = check_document(kind, number, today=TODAY)
    assert (document.number, document.checked) == (kept, False)


def test_an_old_number_is_accepted_unchecked_with_the_birth_it_tells() -> None:
    document = check_document(DocumentType.OLD_RESIDENT_ID, "230103850312961", today=TODAY)
    assert (document.checked, document.birth, document.sex) == (False, date(1985, 3, 12), Sex.MALE)
    assert check_document(DocumentType.OLD_RESIDENT_ID, "230103859912961", today=TODAY).birth is None


def test_a_new_foreigners_permit_has_a_check_character() -> None:
    number = resident("911124", "19850312", "960")
    document = check_document(DocumentType.FOREIGN_RESIDENCE_PERMIT, number, today=TODAY)
    assert (document.checked, document.birth, document.sex) == (True, date(1985, 3, 12), None)


def test_a_number_that_does_not_fit_its_kind_is_refused() -> None:
    with pytest.raises(Invalid, match="form"):
        check_document(DocumentType.HK_MACAO_PERMIT, "12", today=TODAY)


@pytest.mark.parametrize(
    ("label", "kind"),
    [
        ("居民身份证", RESIDENT),
        (" 护照 ", DocumentType.PASSPORT),
        ("台胞证", DocumentType.TAIWAN_PERMIT),
        ("港澳台居民居住证", RESIDENT),
        ("Passport", DocumentType.PASSPORT),
        ("resident_id", RESIDENT),
        ("Resident ID", RESIDENT),
    ],
)
def test_the_kinds_go_by_the_names_forms_use(label: str, kind: DocumentType) -> None:
    assert parse_document_type(label) is kind


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(Invalid, match="工作证"):
        parse_document_type("工作证")


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (GOOD, RESIDENT),
        (GOOD[:17], RESIDENT),
        (2.3e17, RESIDENT),
        ("E12345678", DocumentType.PASSPORT),
        ("H12345678", DocumentType.HK_MACAO_PERMIT),
        ("230103850312961", DocumentType.OLD_RESIDENT_ID),
        ("CAN110085010101", DocumentType.FOREIGN_RESIDENCE_PERMIT),
        ("12345678", DocumentType.TAIWAN_PERMIT),
    ],
)
def test_a_number_without_a_kind_is_guessed(number: object, kind: DocumentType) -> None:
    assert guess_document_type(number) is kind


def test_masks_show_the_ends_only() -> None:
    assert mask_document("230103198503129614") == "2301**********9614"
    assert mask_document("E12345678") == "E*****678"
    assert mask_document("AB") == "**"


@given(st.text("0123456789ABCDX", min_size=0, max_size=30))
def test_a_mask_keeps_the_length_and_at_most_the_last_four(number: str) -> None:
    masked = mask_document(number)
    assert len(masked) == len(normalise_document(number))
    tail = masked.rpartition("*")[2]
    assert len(tail) <= 4
    assert not number or "*" in masked
