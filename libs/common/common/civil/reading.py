"""Body temperature readings in degrees Celsius, as exact decimals (facts: readings and identity)."""

from __future__ import annotations

import math
import re
import unicodedata
from decimal import Decimal
from typing import Any

from common.errors import Invalid

LOW = Decimal("34.0")
HIGH = Decimal("43.0")

_HUNDREDTH = Decimal("0.01")
_TENTH = Decimal("0.1")
_UNIT = re.compile(r"(?:°\s*c|c|度|摄氏度)$", re.IGNORECASE)
_FAHRENHEIT = re.compile(r"(?:°\s*f|f|华氏度?)$", re.IGNORECASE)
_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?", re.ASCII)
_INFINITE = re.compile(r"[+-]?inf(?:inity)?", re.IGNORECASE)


def parse_reading(value: object, *, low: Decimal = LOW, high: Decimal = HIGH) -> Decimal | None:
    """The reading in `value` in ℃, exact, with one or two decimals; None only if it is empty, which means not measured.

    A float is taken by its 15 significant digits, which is what a spreadsheet shows: its stored 37.299999999999997 and
    37.300000000000004 are 37.3. A text is never rounded: 37.29 stays 37.29. Unit signs (℃, °C, 度), full-width
    digits and a decimal comma or Chinese full stop are spellings of the same number.

    Raises Invalid: `reading.nan`, `.infinite`, `.fahrenheit`, `.word`, `.kind`, `.negative`, `.zero`, `.decimals`,
    `.too_low`, `.too_high`.
    """
    exact = _exact(value)
    if exact is None:
        return None
    if exact < 0:
        raise _refusal("negative", value, "is negative", "为负数")
    if exact == 0:
        raise _refusal(
            "zero",
            value,
            "is 0, which is not a reading; leave it empty if nobody measured",
            "为 0，不是体温；未测量请留空",
        )
    if exact < low:
        raise _refusal(
            "too_low",
            value,
            "is below {low} ℃: check the decimal point, or measure again",
            "低于 {low} ℃：请检查小数点或重新测量",
            low=low,
        )
    if exact > high:
        raise _refusal(
            "too_high",
            value,
            "is over {high} ℃: check the decimal point and the unit, or measure again",
            "高于 {high} ℃：请检查小数点和单位，或重新测量",
            high=high,
        )
    if exact != exact.quantize(_HUNDREDTH):
        raise _refusal("decimals", value, "has more than two decimals", "超过两位小数，请填写测温仪显示的数值")
    tenths = exact.quantize(_TENTH)
    return tenths if tenths == exact else exact.quantize(_HUNDREDTH)


def is_fever(reading: Decimal, boundary: Decimal) -> bool:
    """Whether `reading` is at or over `boundary`, both in ℃; the boundary is the protocol's and inclusive."""
    return reading >= boundary


def needs_retest(reading: Decimal, low_mark: Decimal) -> bool:
    """Whether `reading` is below the protocol's `low_mark` (℃): a cold forehead misleads the thermometer."""
    return reading < low_mark


def to_hundredths(reading: Decimal) -> int:
    """`reading` in hundredths of a degree, the whole number that is stored."""
    return int(reading.scaleb(2).to_integral_exact())


def from_hundredths(hundredths: int) -> Decimal:
    """The reading stored as `hundredths`, with one or two decimals as `parse_reading` gives it."""
    exact = Decimal(hundredths).scaleb(-2)
    return exact.quantize(_TENTH) if hundredths % 10 == 0 else exact


def _exact(value: object) -> Decimal | None:
    if value is None:
        return None
    if isinstance(value, bool):
        raise _refusal("kind", value, "is not a number", "不是数字")
    if isinstance(value, float):
        if math.isfinite(value):
            return Decimal(format(value, ".15g"))
        return _exact(str(value))
    if isinstance(value, int):
        return Decimal(value)
    if isinstance(value, Decimal):
        return value if value.is_finite() else _exact("nan" if value.is_nan() else "inf")
    if isinstance(value, str):
        return _exact_text(value)
    raise _refusal("kind", value, "is not a number", "不是数字")


def _exact_text(value: str) -> Decimal | None:
    text = unicodedata.normalize("NFKC", value).strip()
    if not text:
        return None
    if text.lower().lstrip("+-") == "nan":
        raise _refusal("nan", value, "is not a number (NaN)", "不是数字（NaN）")
    if _INFINITE.fullmatch(text):
        raise _refusal("infinite", value, "is infinite", "为无穷大")
    if _FAHRENHEIT.search(text):
        raise _refusal("fahrenheit", value, "is in Fahrenheit: only ℃ is accepted", "是华氏温度：只接受摄氏温度（℃）")
    number = _UNIT.sub("", text).strip().replace(",", ".").replace("。", ".")
    if not _NUMBER.fullmatch(number) or len(number) > 40:
        raise _refusal("word", value, "is not a reading: give a number such as 36.5", "不是体温：请填写数字，例如 36.5")
    return Decimal(number)


def _refusal(code: str, value: object, en: str, zh: str, **params: Any) -> Invalid:
    shown = str(value)[:40]
    return Invalid(
        f"reading.{code}", "Temperature {value} " + en + ".", "体温 {value} " + zh + "。", value=shown, **params
    )
