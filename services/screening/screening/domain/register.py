"""The register of a day at an entrance: what of a check is sealed, what it counts, who has still to sign (plan G3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

State = Literal["open", "part_signed", "sealed", "amended"]
Content = Mapping[str, Any]
"""A row's particulars, spelled canonically (`common.audit.canonical.plain`)."""

COUNTS = ("total", "admit", "refuse", "hold", "fever", "staff", "visitors", "unnamed", "departed", "late", "voided")
PEOPLE = ("staff:", "account:")
"""Callers who can sign; a device or a command can't, and is waited for by nobody."""
LASTING = (
    "measured_at",
    "kind",
    "reading",
    "fever",
    "mask",
    "refused_measurement",
    "symptoms",
    "manual_hold",
    "decision",
    "reasons",
    "guard",
)
"""What no correction may change: it is held against the seal even after a void, a completion or a departure.

`kind` changes when an unnamed person is completed, which is then told from a change by the row's `completed_at`.
"""


@dataclass(frozen=True)
class Guard:
    """Somebody who took checks that day, and how many."""

    ref: str
    name: str
    checks: int

    @property
    def signs(self) -> bool:
        """Whether this is a person, who signs."""
        return self.ref.startswith(PEOPLE)


@dataclass(frozen=True)
class Signed:
    """A signature as far as waiting is concerned."""

    ref: str
    checks: int


def state_of(version: int, signatures: int) -> State:
    """The state of a register with this version (0: not sealed) and so many signatures."""
    if version > 1:
        return "amended"
    if version == 1:
        return "sealed"
    return "part_signed" if signatures else "open"


def waiting(guards: Iterable[Guard], signatures: Iterable[Signed]) -> list[Guard]:
    """Those who took checks and have not signed for all of them; one who went on after signing signs again."""
    signed = {one.ref: one.checks for one in signatures}
    return [guard for guard in guards if guard.signs and signed.get(guard.ref, -1) < guard.checks]


def counts_of(rows: Iterable[Content]) -> dict[str, int]:
    """What a register counts. `total` is every row; voided ones count there and in `voided` alone."""
    found = dict.fromkeys(COUNTS, 0)
    for row in rows:
        found["total"] += 1
        if row["voided_at"] is not None:
            found["voided"] += 1
            continue
        found[row["decision"]] += 1
        found["fever"] += bool(row["fever"])
        found[{"staff": "staff", "visitor": "visitors", "unnamed": "unnamed"}[row["kind"]]] += 1
        found["departed"] += row["departed_at"] is not None
        found["late"] += bool(row["late"])
    return found


def differences(sealed: Content, live: Content) -> list[str]:
    """The fields in which a check differs from its sealed row though nothing that is allowed explains it.

    With the same sequence nothing may differ. A higher one stands for a void, a completion or a departure, which change
    fields of their own and never what was measured and decided.
    """
    if sealed["sequence"] == live["sequence"]:
        return [name for name in sealed if sealed[name] != live.get(name)]
    if live["sequence"] < sealed["sequence"]:
        return ["sequence"]
    allowed = {"kind"} if live["completed_at"] != sealed["completed_at"] else set()
    return [name for name in LASTING if name not in allowed and sealed[name] != live[name]]


def is_open_on(day: date, opening: Mapping[str, Sequence[str]], closed_days: Sequence[str], *, working: bool) -> bool:
    """Whether an entrance is open on a day: hours of its weekday, or of working days on one; closed days go first."""
    if day.isoformat() in closed_days:
        return False
    return str(day.isoweekday()) in opening or (working and "working" in opening)


def seal_header(
    *,
    site: str,
    register_id: str,
    entrance_id: str,
    entrance: str,
    day: str,
    version: int,
    position: int,
    after: str | None,
    sealed_at: datetime,
    signatures: Sequence[Mapping[str, Any]],
    counts: Mapping[str, int],
    reason: str | None,
) -> dict[str, Any]:
    """What a head binds beside the rows and the head before it.

    `position` counts the entrance's seals in the order they were made and `after` is the head of the one just before,
    so that late seals of older days and amendments have one place in one chain.
    """
    return {
        "site": site,
        "register": register_id,
        "entrance_id": entrance_id,
        "entrance": entrance,
        "day": day,
        "version": version,
        "position": position,
        "after": after,
        "sealed_at": sealed_at,
        "signatures": [dict(one) for one in signatures],
        "counts": dict(counts),
        "reason": reason,
    }
