"""One spelling for a value, so that equal values have equal digests on every database, machine and day.

JSON with sorted keys and no spaces, text in NFC, UTF-8. A Decimal is text without exponent or trailing zeros, an
instant is text in UTC with microseconds, a day is `YYYY-MM-DD`. Floats are refused: they have no exact spelling.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from common.errors import Invalid

SALT_BYTES = 16
MAX_DEPTH = 32
MAX_INT = 2**63 - 1


def canonical(value: Any) -> bytes:
    """The canonical bytes of `value`; raises Invalid for what has no fixed spelling."""
    return json.dumps(plain(value), ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def plain(value: Any) -> Any:
    """`value` in JSON's own types, spelled canonically; a value read back from JSON is unchanged by it."""
    return _plain(value, "$", 0)


def new_salt() -> bytes:
    """A fresh salt for one row: with it gone, the row can't be guessed from its digest."""
    return secrets.token_bytes(SALT_BYTES)


def salted_digest(domain: bytes, value: Any, salt: bytes) -> bytes:
    """SHA-256 of `value` under `salt`; `domain` keeps digests of different things apart."""
    if len(salt) != SALT_BYTES:
        raise _refused("$", f"a salt of {len(salt)} bytes", f"{len(salt)} 字节的盐", "16 bytes", "16 字节")
    return hashlib.sha256(domain + b"\x00" + salt + canonical(value)).digest()


def instant_text(at: datetime) -> str:
    """An aware instant as fixed-width UTC text, `2021-03-01T16:30:00.000000Z`: its order is the order in time.

    Raises Invalid for a naive one, and for one that is outside the calendar in UTC.
    """
    if at.utcoffset() is None:
        raise Invalid(
            "instant.naive",
            "The time {at} has no offset: give it one, such as +08:00.",
            "时间 {at} 没有时区:请加上时区,例如 +08:00。",
            at=at.isoformat(),
        )
    try:
        return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
    except OverflowError:
        raise Invalid(
            "instant.out_of_range",
            "The time {at} is outside the calendar.",
            "时间 {at} 超出日历范围。",
            at=at.isoformat(),
        ) from None


def decimal_text(number: Decimal) -> str:
    """A finite Decimal without exponent or trailing zeros: 37.30 and 37.3 are both `37.3`, -0 is `0`."""
    if not number.is_finite() or abs(number.adjusted()) > 100:
        raise _refused("$", f"the number {number}", f"数 {number}", "a finite number", "有限的数")
    if number == 0:
        return "0"
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _plain(value: Any, where: str, depth: int) -> Any:
    if depth > MAX_DEPTH:
        raise _refused(where, "deeper nesting", "更深的嵌套", f"{MAX_DEPTH} levels", f"{MAX_DEPTH} 层")
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _text(value, where)
    if isinstance(value, int):
        if abs(value) > MAX_INT:
            raise _refused(where, "a longer number", "更大的整数", "64 bits", "64 位整数")
        return int(value)
    if isinstance(value, Decimal):
        return decimal_text(value)
    if isinstance(value, datetime):
        return instant_text(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return _members(value, where, depth)
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray | memoryview):
        return [_plain(item, f"{where}[{place}]", depth + 1) for place, item in enumerate(value)]
    name = type(value).__name__
    raise _refused(
        where,
        f"a {name}",
        f"{name} 类型的值",
        "text, whole and decimal numbers, instants, days, lists and mappings",
        "文本、整数、小数、时间、日期、列表和映射",
    )


def _members(value: Mapping[Any, Any], where: str, depth: int) -> dict[str, Any]:
    members: dict[str, Any] = {}
    for key, item in value.items():
        if not isinstance(key, str):
            raise _refused(where, f"the key {key!r}", f"键 {key!r}", "text keys", "文本键")
        name = _text(key, where)
        if name in members:
            raise _refused(where, f"the key {name!r} twice", f"重复的键 {name!r}", "each key once", "每个键一次")
        members[name] = _plain(item, f"{where}.{name}", depth + 1)
    return dict(sorted(members.items()))


def _text(value: str, where: str) -> str:
    text = unicodedata.normalize("NFC", str(value))
    try:
        text.encode()
    except UnicodeEncodeError:
        raise _refused(where, "broken text", "损坏的文本", "whole Unicode characters", "完整的 Unicode 字符") from None
    return text


def _refused(where: str, what_en: str, what_zh: str, wanted_en: str, wanted_zh: str) -> Invalid:
    return Invalid(
        "canonical.refused",
        "At {where}: {what_en} can't be sealed or logged; it takes {wanted_en}.",
        "{where}:{what_zh}不能封存或记入日志;可用:{wanted_zh}。",
        where=where,
        what_en=what_en,
        what_zh=what_zh,
        wanted_en=wanted_en,
        wanted_zh=wanted_zh,
    )
