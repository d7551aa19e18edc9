"""Exact values on their way into a column: decimals as scaled integers, JSON documents in a fixed order."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from common.errors import Invalid

_MAX_INT = 2**63 - 1


def to_scaled(value: Any, scale: int) -> int:
    """`value` (Decimal or int) as an integer of `scale` decimals; raises Invalid for what that can't hold exactly."""
    if isinstance(value, bool) or not isinstance(value, Decimal | int):
        raise _refused(value, f"a Decimal is wanted, not a {type(value).__name__}", "需要精确小数(Decimal)")
    number = Decimal(value)
    if not number.is_finite():
        raise _refused(value, "a finite number is wanted", "需要有限的数")
    if number == 0:
        return 0
    if number.adjusted() + scale > 18:
        raise _refused(value, "it is too large to be stored", "数值过大,无法存储")
    sign, digits, exponent = number.as_tuple()
    assert isinstance(exponent, int)
    whole: int = int("".join(map(str, digits)))
    shift: int = exponent + scale
    if shift >= 0:
        whole *= 10**shift
    elif -shift > len(digits) or whole % 10**-shift:
        raise _refused(value, f"it has more than {scale} decimals", f"小数超过 {scale} 位")
    else:
        whole //= 10**-shift
    if whole > _MAX_INT:
        raise _refused(value, "it is too large to be stored", "数值过大,无法存储")
    return -whole if sign else whole


def from_scaled(whole: int, scale: int) -> Decimal:
    """The Decimal with `scale` decimals that the integer `whole` stands for."""
    return Decimal((int(whole < 0), tuple(int(digit) for digit in str(abs(whole))), -scale))


def _refused(value: Any, en: str, zh: str) -> Invalid:
    shown = Decimal(value) if isinstance(value, int) else value
    return Invalid(
        "decimal.refused", "The number {value}: {why_en}.", "数 {value}:{why_zh}。", value=shown, why_en=en, why_zh=zh
    )


def ordered_document(value: Any, where: str) -> Any:
    """A JSON document with its keys in order; raises Invalid, naming the place under `where`, for what isn't one."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _storable(str(value), where)
    if isinstance(value, int) and abs(value) <= _MAX_INT:
        return int(value)
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        return {_storable(key, where): ordered_document(value[key], f"{where}.{key}") for key in sorted(value)}
    if isinstance(value, list | tuple):
        return [ordered_document(item, f"{where}[{place}]") for place, item in enumerate(value)]
    raise Invalid(
        "document.refused",
        "At {where}: a document holds text, whole numbers, booleans, lists and mappings with text keys, not a {type}.",
        "{where}:文档只能包含文本、整数、布尔值、列表和以文本为键的映射,不能是 {type}。",
        where=where,
        type=type(value).__name__,
    )


def sorted_document(value: Any) -> Any:
    """A JSON document as it was read, with its keys in order."""
    if isinstance(value, dict):
        return {key: sorted_document(value[key]) for key in sorted(value)}
    return [sorted_document(item) for item in value] if isinstance(value, list) else value


def _storable(text: str, where: str) -> str:
    if "\x00" in text:
        raise broken_text(where)
    try:
        text.encode()
    except UnicodeEncodeError:
        raise broken_text(where) from None
    return text


def broken_text(where: str) -> Invalid:
    """The error for text with a character that no database stores."""
    return Invalid(
        "text.broken",
        "At {where}: the text holds a character that can't be stored. Enter it again.",
        "{where}:文本含有无法保存的字符,请重新输入。",
        where=where,
    )
