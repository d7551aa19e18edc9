"""Events of screening: checks, retests, corrections, registers, entrances."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, Literal

from pydantic import AwareDatetime

from common.events.payload import Payload

Decision = Literal["admit", "refuse", "hold"]
PersonKind = Literal["staff", "visitor", "unnamed"]


class CheckRecorded(Payload, type="sizao.screening.check.recorded.v1", consumers=()):
    """Somebody was checked at an entrance. Reasons are codes of the entrance rules."""

    check_id: str
    entrance_id: str
    entrance_code: str
    day: date
    measured_at: AwareDatetime
    person_kind: PersonKind
    person_ref: str | None
    masked_name: str
    decision: Decision
    reasons: tuple[str, ...]
    imported: bool = False
    retest_of: str | None = None


class CheckHeld(Payload, type="sizao.screening.check.held.v1", consumers=("isolation", "notify"), urgent=True):
    """Somebody was held at an entrance. `sealed` holds name, phone, document_type, document_number, company, purpose.

    `measured_at` is when it happened; `recorded_at` when the system learnt of it: an imported one may be old, and the
    protocol says how old still alarms.
    """

    check_id: str
    entrance_id: str
    entrance_code: str
    entrance_name: str
    day: date
    measured_at: AwareDatetime
    recorded_at: AwareDatetime
    person_kind: PersonKind
    person_ref: str | None
    person_key: str | None = None
    staff_number: str | None = None
    masked_name: str
    reading: Decimal | None
    fever: bool
    reasons: tuple[str, ...]
    symptoms: tuple[str, ...] = ()
    imported: bool = False
    guard_ref: str
    protocol_code: str
    sealed: str


class CheckRetested(Payload, type="sizao.screening.check.retested.v1", consumers=("isolation", "notify"), urgent=True):
    """A second measurement of a held person; the first stays on record."""

    first_check_id: str
    check_id: str
    measured_at: AwareDatetime
    reading: Decimal | None
    thermometer: str | None = None
    normal: bool
    guard_ref: str


class CheckVoided(Payload, type="sizao.screening.check.voided.v1", consumers=("isolation", "notify"), urgent=True):
    """A mistyped check was voided with a reason; it stays on record."""

    check_id: str
    decision: Decision
    reason: str
    voided_at: AwareDatetime
    by_ref: str


class CheckCompleted(Payload, type="sizao.screening.check.completed.v1", consumers=("isolation", "notify")):
    """The particulars of somebody stored without a name were filled in later. `sealed` as in check.held."""

    check_id: str
    person_kind: PersonKind
    person_ref: str | None
    person_key: str | None = None
    staff_number: str | None = None
    masked_name: str
    sealed: str


class CheckDeparted(Payload, type="sizao.screening.check.departed.v1", consumers=()):
    """Somebody left the building."""

    check_id: str
    departed_at: AwareDatetime


class RegisterSealed(Payload, type="sizao.screening.register.sealed.v1", consumers=("coordination",)):
    """A day's register of an entrance was signed by its guards and sealed; a higher version is an amendment.

    `counts` has `total` (admit + refuse + hold + voided) and its parts by name.
    """

    register_id: str
    entrance_id: str
    entrance_code: str
    entrance_name: str
    day: date
    version: int
    head: str
    previous: str | None
    sealed_at: AwareDatetime
    signers: tuple[str, ...]
    counts: dict[str, int]
    amendment_reason: str | None = None


class EntranceChanged(Payload, type="sizao.screening.entrance.changed.v1", consumers=("coordination",)):
    """An entrance and when it is open; the whole state.

    `opening` maps weekday (`1` Monday … `7`) or `working` to hours.
    """

    entrance_id: str
    code: str
    name: str
    hall: str
    active: bool
    opening: dict[str, Any]
    closed_days: tuple[date, ...] = ()
    opened_on: date


EVENTS: tuple[type[Payload], ...] = (
    CheckRecorded,
    CheckHeld,
    CheckRetested,
    CheckVoided,
    CheckCompleted,
    CheckDeparted,
    RegisterSealed,
    EntranceChanged,
)
