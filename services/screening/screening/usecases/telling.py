"""The events that checks cause."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from common.events.catalogue.screening import CheckHeld, CheckRecorded, CheckRetested
from common.op import Op
from common.secrets.sealed import seal
from screening.usecases.chains import Followed
from screening.usecases.context import EntrancePlace
from screening.usecases.persons import Who


def sealed_particulars(who: Who, purpose: str | None) -> dict[str, str | None]:
    """What the emergency group must know of a person, for a `sealed` field."""
    return {
        "name": who.name,
        "phone": who.phone,
        "document_type": who.document_type,
        "document_number": who.document_number,
        "company": who.company,
        "purpose": purpose,
    }


def tell_recorded(
    op: Op, row: Mapping[str, Any], who: Who, *, entrance: EntrancePlace, followed: Followed | None
) -> None:
    """Publishes a new check: that it was recorded, and that somebody was held or measured again.

    A hold opens an incident unless it is a second measurement of somebody held already, whose incident it joins.
    """
    op.emit(
        CheckRecorded(
            check_id=row["id"],
            entrance_id=entrance.id,
            entrance_code=entrance.code,
            day=row["day"],
            measured_at=row["measured_at"],
            person_kind=who.kind,
            person_ref=who.ref,
            masked_name=who.masked_name,
            decision=row["decision"],
            reasons=tuple(row["reasons"]),
            imported=row["imported"],
            retest_of=row["first_id"] if row["link"] == "retest" else None,
        ),
        site=row["site"],
        subject=row["id"],
        sequence=1,
    )
    if followed is not None and followed.was_held:
        op.emit(
            CheckRetested(
                first_check_id=followed.first.id,
                check_id=row["id"],
                measured_at=row["measured_at"],
                reading=row["reading"],
                thermometer=row["thermometer"],
                normal=row["decision"] != "hold",
                guard_ref=row["guard_ref"],
            ),
            site=row["site"],
            subject=followed.first.id,
            sequence=1,
        )
    elif row["decision"] == "hold":
        _tell_held(op, row, who, entrance)


def _tell_held(op: Op, row: Mapping[str, Any], who: Who, entrance: EntrancePlace) -> None:
    asked = tuple(reason.removeprefix("question.") for reason in row["reasons"] if reason.startswith("question."))
    op.emit(
        lambda event_id: CheckHeld(
            check_id=row["id"],
            entrance_id=entrance.id,
            entrance_code=entrance.code,
            entrance_name=entrance.name,
            day=row["day"],
            measured_at=row["measured_at"],
            recorded_at=row["recorded_at"],
            person_kind=who.kind,
            person_ref=who.ref,
            person_key=who.person_key,
            staff_number=who.staff_number,
            masked_name=who.masked_name,
            reading=row["reading"],
            fever=row["fever"],
            reasons=tuple(row["reasons"]),
            symptoms=asked,
            imported=row["imported"],
            guard_ref=row["guard_ref"],
            protocol_code=row["protocol_code"],
            sealed=seal(sealed_particulars(who, row["purpose"]), event_id),
        ),
        site=row["site"],
        subject=row["id"],
        sequence=1,
    )
