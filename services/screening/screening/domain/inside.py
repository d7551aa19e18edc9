"""Who is in the building by the checks of a day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Passage(Generic[T]):
    """A check as far as it tells where somebody is; `who` is the same for every check of one person."""

    check: T
    who: str
    measured_at: datetime
    decision: str
    departed: bool


def inside(passages: Iterable[Passage[T]]) -> list[T]:
    """The newest check of each person who came in, or was held, and has not left; the longest inside first.

    Somebody refused after he had been admitted is inside as long as he has not left: a refusal opens no door.
    """
    newest: dict[str, Passage[T]] = {}
    for passage in sorted(passages, key=lambda one: one.measured_at):
        if passage.decision != "refuse":
            newest[passage.who] = passage
    return [passage.check for passage in newest.values() if not passage.departed]
