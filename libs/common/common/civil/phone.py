"""Phone numbers: mainland mobiles and landlines, international numbers; one spelling, check and mask."""

from __future__ import annotations

import re
import unicodedata

from common.errors import Invalid

_FILLING = re.compile(r"[\s().\-‐-―−﹣]+")
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_LANDLINE = re.compile(r"(0(?:10|2[0-9]|[3-9][0-9]{2}))([2-9][0-9]{6,7})")
_SERVICE = re.compile(r"[48]00[0-9]{7}")
_LOCAL = re.compile(r"[2-9][0-9]{6,7}")
_INTERNATIONAL = re.compile(r"\+[1-9][0-9]{6,14}")
_EXTENSION = re.compile(r"\s*(?:转|分机|ext\.?|x|#)\s*([0-9]{1,6})$", re.IGNORECASE)
_DASHED_EXTENSION = re.compile(r"^(0[0-9]{2,3}-[0-9]{7,8})-([0-9]{1,6})$")


def normalise_phone(value: object) -> str:
    """`value` in its one spelling: `13812345678`, `0451-12345678`, `0451-12345678-801`, `12345678` (a local landline),
    `4001234567`, `+85212345678`. A whole number from a spreadsheet is read as its digits.

    Raises Invalid: `phone.empty`, `phone.characters`, `phone.length` (a mobile with a digit too few or too many),
    `phone.form`.
    """
    text = _text(value)
    extension = ""
    if found := _EXTENSION.search(text) or None:
        text, extension = text[: found.start()], f"-{found[1]}"
    elif dashed := _DASHED_EXTENSION.match(text):
        text, extension = dashed[1], f"-{dashed[2]}"
    digits = _FILLING.sub("", text)
    if not re.fullmatch(r"\+?[0-9]+", digits):
        raise Invalid(
            "phone.characters",
            "The phone number holds other characters than digits.",
            "电话号码含有数字以外的字符，请核对。",
        )
    digits = _without_own_country(digits)
    if digits.startswith("00"):
        digits = "+" + digits[2:]
    landline = _LANDLINE.fullmatch(digits)
    if landline:
        return f"{landline[1]}-{landline[2]}{extension}"
    if _LOCAL.fullmatch(digits):
        return digits + extension
    if not extension and any(form.fullmatch(digits) for form in (_MOBILE, _SERVICE, _INTERNATIONAL)):
        return digits
    if re.fullmatch(r"1[3-9][0-9]*", digits) and not extension:
        raise Invalid(
            "phone.length",
            "The mobile number has {length} digits instead of 11.",
            "手机号码为 {length} 位，应为 11 位。",
            length=len(digits),
        )
    raise Invalid(
        "phone.form",
        "This is not a phone number; give a mobile number, a landline with its area code, or + and the country code.",
        "电话号码格式不对；请填写手机号、带区号的固定电话，或以 + 加国家代码开头的号码。",
    )


def is_mobile(phone: str) -> bool:
    """Whether the normalised `phone` is a mainland mobile, which can get a text message."""
    return _MOBILE.fullmatch(phone) is not None


def mask_phone(phone: str) -> str:
    """`phone` for lists and messages: a mobile as `138****5794`, a landline as `0451-****5678`, an international one
    with its first three and last four characters; a short one with its last two."""
    if is_mobile(phone):
        return f"{phone[:3]}****{phone[7:]}"
    area, dash, rest = phone.partition("-")
    if dash and area.startswith("0"):
        number = rest.partition("-")[0]
        return f"{area}-{'*' * (len(number) - 4)}{number[-4:]}"
    number = area
    if len(number) >= 10:
        return number[:3] + "*" * (len(number) - 7) + number[-4:]
    return "*" * max(0, len(number) - 2) + number[-2:]


def _text(value: object) -> str:
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    text = unicodedata.normalize("NFKC", value).strip() if isinstance(value, str) else None
    if text is None and value is not None:
        raise Invalid("phone.characters", "The phone number is not a text.", "电话号码不是文本，请核对。")
    if not text:
        raise Invalid("phone.empty", "The phone number is empty.", "电话号码为空。")
    return text


def _without_own_country(digits: str) -> str:
    for prefix in ("+86", "0086"):
        if digits.startswith(prefix):
            rest = digits.removeprefix(prefix)
            return rest if _MOBILE.fullmatch(rest) or rest.startswith("0") or _SERVICE.fullmatch(rest) else "0" + rest
    if len(digits) == 13 and digits.startswith("86") and _MOBILE.fullmatch(digits[2:]):
        return digits[2:]
    return digits
