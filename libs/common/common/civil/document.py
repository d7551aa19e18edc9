"""Identity documents: kinds, check, birth date, sex, mask (GB 11643; facts: readings and identity).

The county code of a resident number is never judged: codes of abolished counties stay valid for their holders, and
residence permits of Hong Kong, Macao and Taiwan people (81, 82, 83) have the same form.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from common.errors import Invalid

EARLIEST_BIRTH = date(1900, 1, 1)

_SEPARATORS = re.compile(r"[\s\-‐-―−﹣]+")
_SCIENTIFIC = re.compile(r"[0-9](?:\.[0-9]+)?E\+?[0-9]{1,2}", re.IGNORECASE)
_RESIDENT = re.compile(r"[0-9]{17}[0-9X]")
_SPREADSHEET_DIGITS = 15


class DocumentType(StrEnum):
    """Kinds of document; resident identity cards and the residence permits of that form are one kind."""

    RESIDENT_ID = "resident_id"
    PASSPORT = "passport"
    HK_MACAO_PERMIT = "hk_macao_permit"
    TAIWAN_PERMIT = "taiwan_permit"
    FOREIGN_RESIDENCE_PERMIT = "foreign_residence_permit"
    OLD_RESIDENT_ID = "old_resident_id"
    OTHER = "other"


class Sex(StrEnum):
    """The sex a resident number tells."""

    MALE = "male"
    FEMALE = "female"


@dataclass(frozen=True, slots=True)
class Document:
    """A document that passed its check. `checked` says whether its number carries a check character that is right;
    `birth` and `sex` are what the number itself tells, else None."""

    kind: DocumentType
    number: str
    checked: bool
    birth: date | None = None
    sex: Sex | None = None


_LABELS = {
    DocumentType.RESIDENT_ID: "居民身份证|身份证|二代身份证|港澳台居民居住证|港澳居民居住证|台湾居民居住证|id card",
    DocumentType.PASSPORT: "护照|普通护照|外国护照",
    DocumentType.HK_MACAO_PERMIT: "港澳居民来往内地通行证|港澳居民通行证|港澳通行证|回乡证|home return permit",
    DocumentType.TAIWAN_PERMIT: "台湾居民来往大陆通行证|台湾通行证|台胞证",
    DocumentType.FOREIGN_RESIDENCE_PERMIT: "外国人永久居留身份证|外国人永久居留证|外国人居留证",
    DocumentType.OLD_RESIDENT_ID: "15位身份证|旧身份证|一代身份证",
    DocumentType.OTHER: "其他|其它|其他证件",
}
_BY_LABEL = {
    label: kind
    for kind, labels in _LABELS.items()
    for label in (kind.value, kind.value.replace("_", " "), *labels.split("|"))
}

_FORMS = {
    DocumentType.PASSPORT: re.compile(r"[A-Z0-9]{5,15}"),
    DocumentType.HK_MACAO_PERMIT: re.compile(r"[HMC][A-Z]?[0-9]{8}(?:[0-9]{2})?"),
    DocumentType.TAIWAN_PERMIT: re.compile(r"[0-9]{8}(?:[0-9]{2}[A-Z0-9]?)?"),
    DocumentType.FOREIGN_RESIDENCE_PERMIT: re.compile(r"[A-Z]{3}[0-9]{12}"),
    DocumentType.OLD_RESIDENT_ID: re.compile(r"[0-9]{15}"),
    DocumentType.OTHER: re.compile(r"[0-9A-Z\u4e00-\u9fff()/.]{2,40}"),
}


def normalise_document(number: str) -> str:
    """`number` in its one spelling: NFKC, upper case, without spaces and hyphens."""
    return _SEPARATORS.sub("", unicodedata.normalize("NFKC", number)).upper()


def parse_document_type(label: str) -> DocumentType:
    """The kind a form calls `label`, in Chinese, in English or by its code. Raises Invalid `document.kind`."""
    key = unicodedata.normalize("NFKC", label).strip().lower()
    try:
        return _BY_LABEL[key]
    except KeyError:
        raise Invalid(
            "document.kind",
            "{label} is not a known kind of document; use one of the kinds of the form, or Other.",
            "证件类型 {label} 无法识别；请使用登记表所列类型，或填写“其他”。",
            label=label[:40],
        ) from None


def guess_document_type(number: object) -> DocumentType:
    """The kind a number without a stated kind most likely is. What is nearly a resident number counts as one, so that
    the check can say what is wrong with it."""
    text = normalise_document(number) if isinstance(number, str) else ""
    if re.fullmatch(r"[HM][0-9]{8}(?:[0-9]{2})?", text):
        return DocumentType.HK_MACAO_PERMIT
    if re.fullmatch(r"[0-9]{15}", text):
        return DocumentType.OLD_RESIDENT_ID
    if re.fullmatch(r"[A-Z]{3}[0-9]{12}", text):
        return DocumentType.FOREIGN_RESIDENCE_PERMIT
    if re.fullmatch(r"[0-9]{8}", text):
        return DocumentType.TAIWAN_PERMIT
    if re.fullmatch(r"[A-Z]{1,2}[0-9]{6,9}", text):
        return DocumentType.PASSPORT
    return DocumentType.RESIDENT_ID


def check_character(first_17: str) -> str:
    """The 18th character of a resident number, by ISO 7064 MOD 11-2 over its first 17 digits (GB 11643)."""
    total = sum(int(digit) * (2 ** (17 - place) % 11) for place, digit in enumerate(first_17))
    return "10X98765432"[total % 11]


def check_document(kind: DocumentType, number: object, *, today: date) -> Document:
    """The document `number` of `kind`, judged as of the local day `today`.

    Raises Invalid: `document.empty`, `.stored_as_number`, `.length`, `.characters`, `.birth_does_not_exist`,
    `.born_before_1900`, `.born_in_future`, `.check_character`, `.form`.
    """
    text = normalise_document(_text(kind, number))
    if not text:
        raise Invalid("document.empty", "The document number is empty.", "证件号码为空。")
    if kind is DocumentType.RESIDENT_ID or (kind is DocumentType.FOREIGN_RESIDENCE_PERMIT and text.startswith("9")):
        birth = _check_resident(text, today)
        # A foreigner's permit keeps the check character but not the order code that tells the sex.
        sex = (Sex.MALE if int(text[16]) % 2 else Sex.FEMALE) if kind is DocumentType.RESIDENT_ID else None
        return Document(kind, text, checked=True, birth=birth, sex=sex)
    if not _FORMS[kind].fullmatch(text):
        raise Invalid(
            "document.form",
            "The number does not have the form of this kind of document; check the kind and the number.",
            "证件号码不符合该证件类型的格式；请核对证件类型和号码。",
        )
    if kind is DocumentType.OLD_RESIDENT_ID:
        return Document(
            kind,
            text,
            checked=False,
            birth=_date("19" + text[6:12]),
            sex=Sex.MALE if int(text[14]) % 2 else Sex.FEMALE,
        )
    return Document(kind, text, checked=False)


def mask_document(number: str) -> str:
    """`number` for lists and messages: of 15 characters or more the first four and the last four stay (never the
    birth date); of a shorter one the first and, at the end, at most a third and never over four.
    """
    text = normalise_document(number)
    if len(text) >= 15:
        return text[:4] + "*" * (len(text) - 8) + text[-4:]
    tail = min(4, len(text) // 3)
    head = 1 if len(text) > 3 else 0
    return text[:head] + "*" * (len(text) - head - tail) + (text[-tail:] if tail else "")


def _text(kind: DocumentType, number: object) -> str:
    if number is None:
        return ""
    if isinstance(number, str):
        if _SCIENTIFIC.fullmatch(unicodedata.normalize("NFKC", number).strip()):
            raise _stored_as_number()
        return number
    if isinstance(number, (int, float)) and not isinstance(number, bool):
        whole = kind not in (DocumentType.RESIDENT_ID, DocumentType.FOREIGN_RESIDENCE_PERMIT)
        if whole and 0 < number < 10**_SPREADSHEET_DIGITS and number == int(number):
            return str(int(number))
        raise _stored_as_number()
    raise Invalid("document.characters", "The document number is not a text.", "证件号码不是文本，请按文本填写。")


def _check_resident(text: str, today: date) -> date:
    if len(text) != 18:
        raise Invalid(
            "document.length",
            "The document number has {length} characters instead of 18.",
            "证件号码为 {length} 位，应为 18 位。",
            length=len(text),
        )
    if not _RESIDENT.fullmatch(text):
        raise Invalid(
            "document.characters",
            "The document number may hold digits only, and X at the end.",
            "证件号码只能是数字，最后一位可为 X。",
        )
    born = f"{text[6:10]}-{text[10:12]}-{text[12:14]}"
    birth = _date(text[6:14])
    if birth is None:
        raise Invalid(
            "document.birth_does_not_exist",
            "The document number holds the birth date {born}, which does not exist.",
            "证件号码中的出生日期 {born} 不存在。",
            born=born,
        )
    if birth < EARLIEST_BIRTH:
        raise Invalid(
            "document.born_before_1900",
            "The document number holds the birth date {born}, before 1900.",
            "证件号码中的出生日期 {born} 早于 1900 年。",
            born=born,
        )
    if birth > today:
        raise Invalid(
            "document.born_in_future",
            "The document number holds the birth date {born}, which is in the future.",
            "证件号码中的出生日期 {born} 在今天之后。",
            born=born,
        )
    if check_character(text[:17]) != text[17]:
        raise Invalid(
            "document.check_character",
            "The check character at the end of the document number is wrong: a character was mistyped.",
            "证件号码校验位不符：可能有一位写错，请核对原件。",
        )
    return birth


def _date(digits: str) -> date | None:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return None


def _stored_as_number() -> Invalid:
    return Invalid(
        "document.stored_as_number",
        "The document number was stored as a number: a spreadsheet keeps 15 digits, the last digits are lost. "
        "Format the cell as text and enter the number again.",
        "证件号码被存为数值：电子表格只保留 15 位，末尾数字已丢失。请将单元格设为文本后重新填写。",
    )
