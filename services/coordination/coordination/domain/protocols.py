"""Adopting a protocol: which periods make sense (facts: protocols by date)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from common.errors import Conflict, Invalid
from common.protocol import Protocol


@dataclass(frozen=True)
class Period:
    """Days of an adoption, both included; `last=None` has no end."""

    code: str
    version: int
    first: date
    last: date | None


def check_period(protocol: Protocol, first: date, last: date | None, *, beyond: bool) -> None:
    """Raises Invalid for a period that ends before it begins, or (unless `beyond`) leaves the protocol's own days."""
    if last is not None and last < first:
        raise Invalid(
            "adoption.period",
            "The last day {last} is before the first day {first}.",
            "截止日 {last} 早于生效日 {first}。",
            field="effective_to",
            first=first,
            last=last,
        )
    starts, ends = protocol.effective_from, protocol.effective_to
    outside = (starts is not None and first < starts) or (ends is not None and (last is None or last > ends))
    if outside and not beyond:
        raise Invalid(
            "adoption.outside",
            "{named} was in force from {starts} to {ends}: choose days within, or say that you want it beyond them.",
            "{named} 的有效期为 {starts} 至 {ends}：请在此期间内选择日期，或注明在有效期外沿用。",
            field="effective_from",
            named=protocol.code,
            starts=starts or "…",
            ends=ends or "…",
        )


def in_force(periods: Iterable[Period], day: date) -> Period | None:
    """Of the adoptions that cover a day the one adopted last."""
    covering = [one for one in periods if one.first <= day and (one.last is None or one.last >= day)]
    return max(covering, key=lambda one: one.version, default=None)


def refuse_nothing_new(periods: list[Period], wanted: Period) -> None:
    """Raises Conflict if the same protocol is in force on all the days asked for already."""
    ruling = sorted((one for one in periods if _meets(one, wanted)), key=lambda one: -one.version)
    if not ruling or ruling[0].code != wanted.code:
        return
    newest = ruling[0]
    covers_start = newest.first <= wanted.first
    covers_end = newest.last is None or (wanted.last is not None and newest.last >= wanted.last)
    if covers_start and covers_end:
        raise Conflict(
            "adoption.again",
            "{named} is in force on all of these days already (version {version}).",
            "这些日期已在执行 {named}(第{version}版),无需重复选定。",
            field="protocol",
            named=wanted.code,
            version=newest.version,
        )


def _meets(one: Period, other: Period) -> bool:
    return (other.last is None or one.first <= other.last) and (one.last is None or other.first <= one.last)
