"""Reading one check and applying the rules to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from common.clock import local_day
from common.errors import Invalid
from common.ids import new_id
from common.op import Op
from common.protocol import EntranceRules, Protocol
from common.site import settings_of
from screening.domain.decision import (
    Decision,
    Facts,
    boundary,
    decide,
    mask_must_be_stated,
    read_temperature,
    sort_symptoms,
)
from screening.models.base import NAME_LENGTH
from screening.usecases.chains import Followed, follow
from screening.usecases.context import Context, EntrancePlace
from screening.usecases.intake import Identity, NewCheck, read_identity, read_text
from screening.usecases.persons import Persons, Who

AHEAD = timedelta(minutes=2)
"""How far a desk's clock may be before ours."""


@dataclass(frozen=True)
class Draft:
    """A check that was read without fault, before the person is known."""

    item: NewCheck
    entrance: EntrancePlace
    protocol: Protocol
    notice_version: str
    day: date
    measured_at: datetime
    identity: Identity
    reading: Decimal | None
    followed: Followed | None


def read_draft(context: Context, item: NewCheck) -> Draft:
    """Reads a check against its site, entrance, time and chain; raises whatever is wrong with it, naming the field."""
    site = context.site(item.site)
    entrance = context.entrance(item.site, item.entrance)
    if not entrance.active and not item.imported:
        raise Invalid(
            "entrance.closed",
            "The entrance {name} is no longer in use: choose another.",
            "入口“{name}”已停用：请选择其他入口。",
            field="entrance",
            name=entrance.name,
        )
    measured_at = (item.measured_at or context.op.now).astimezone(UTC)
    day = local_day(measured_at, site.timezone)
    protocol = context.protocol(item.site, day)
    _check_time(context.op, item, measured_at, protocol.entrance)
    reading = read_temperature(item.reading, protocol.entrance)
    followed = follow(context, item, measured_at=measured_at, rules=protocol.entrance)
    identity = read_identity(item.person, day=day)
    if followed is not None:
        reading = followed.reading(reading)
        identity = followed.identity(identity)
    return Draft(
        item, entrance, protocol, settings_of(site).notice_version, day, measured_at, identity, reading, followed
    )


def _check_time(op: Op, item: NewCheck, measured_at: datetime, rules: EntranceRules) -> None:
    if measured_at > op.now + AHEAD:
        raise Invalid(
            "measured_at.future",
            "The time of measurement {at} is in the future: check the clock of the desk.",
            "测量时间 {at} 在将来：请检查登记设备的时钟。",
            field="measured_at",
            at=measured_at.isoformat(timespec="minutes"),
        )
    if not item.imported and measured_at < op.now - timedelta(hours=rules.live_window_hours):
        raise Invalid(
            "measured_at.old",
            "The measurement of {at} is more than {hours} hours old: bring it by importing the register.",
            "测量时间 {at} 已超过{hours}小时：请通过导入登记表补录。",
            field="measured_at",
            at=measured_at.isoformat(timespec="minutes"),
            hours=rules.live_window_hours,
        )
    if item.departed_at is not None and item.departed_at < measured_at:
        raise Invalid(
            "departed_at.before",
            "The time of leaving is before the time of entering.",
            "离开时间早于进入时间。",
            field="departed_at",
        )


def judge(op: Op, persons: Persons, draft: Draft, *, late: bool) -> tuple[dict[str, Any], Who]:
    """The row of a check with its decision, and who it is about; `late`: the register of its day is sealed."""
    item, rules, followed = draft.item, draft.protocol.entrance, draft.followed
    purpose = read_text("purpose", item.purpose, 200)
    hold = read_text("manual_hold", item.manual_hold, 200)
    yes, others = sort_symptoms(item.symptoms, item.answers, rules)
    mask = item.mask
    if followed is not None:
        purpose, hold = purpose or followed.first.purpose, hold or followed.first.manual_hold
        yes, others = followed.symptoms(yes, others, rules)
        mask = followed.mask(mask)
    who = persons.resolve(item.site, draft.identity, seen_at=draft.measured_at)
    facts = Facts(
        reading=draft.reading,
        mask=mask,
        refused_measurement=item.refused_measurement or (followed is not None and followed.refused_measurement),
        named=who.kind != "unnamed",
        purpose_given=who.kind == "staff" or purpose is not None,
        yes_to=yes,
        manual_hold=hold,
    )
    decision = decide(facts, rules)
    if mask is None and not item.imported and mask_must_be_stated(decision, facts, rules):
        raise Invalid(
            "mask.not_stated",
            "Say whether a mask is worn: 'mask' is true or false.",
            "请注明是否佩戴口罩。",
            field="mask",
        )
    advice = _advice(decision, who, followed, others=bool(others), late=late)
    row = _row(op, draft, who, facts, decision, purpose=purpose, symptoms=[*sorted(yes), *others], advice=advice)
    row["late"] = late
    return row, who


def _advice(decision: Decision, who: Who, followed: Followed | None, *, others: bool, late: bool) -> list[str]:
    found = [*decision.advice, *who.advice]
    if followed is not None and followed.was_held and decision.outcome == "admit":
        found.append("retest_of_held")
    if others:
        found.append("symptom_unlisted")
    if late:
        found.append("late")
    return found


def _row(
    op: Op,
    draft: Draft,
    who: Who,
    facts: Facts,
    decision: Decision,
    *,
    purpose: str | None,
    symptoms: list[str],
    advice: list[str],
) -> dict[str, Any]:
    item, followed = draft.item, draft.followed
    ident = new_id()
    return {
        "id": ident,
        "site": item.site,
        "key": item.key or ident,
        "key_digest": item.digest(),
        "entrance_id": draft.entrance.id,
        "day": draft.day,
        "measured_at": draft.measured_at,
        "recorded_at": op.now,
        "person_kind": who.kind,
        "person_id": who.person_id,
        "name": who.name,
        "staff_number": who.staff_number,
        "particulars": who.particulars(),
        "company": who.company,
        "purpose": purpose,
        "reading": facts.reading,
        "boundary": boundary(draft.protocol.entrance),
        "fever": decision.fever,
        "mask": facts.mask,
        "refused_measurement": facts.refused_measurement,
        "symptoms": symptoms,
        "manual_hold": facts.manual_hold,
        "thermometer": read_text("thermometer", item.thermometer, 40),
        "decision": decision.outcome,
        "reasons": list(decision.reasons),
        "advice": advice,
        "protocol_code": draft.protocol.code,
        "notice_version": draft.notice_version,
        "guard_ref": op.caller.id,
        "guard_name": op.caller.name[:NAME_LENGTH],
        "first_id": None if followed is None else followed.first.id,
        "link": None if followed is None else followed.link,
        "imported": item.imported,
        "import_id": item.import_id,
        "late": False,
        "departed_at": item.departed_at,
        "sequence": 1,
    }
