"""Checks that follow an earlier one of the same person: a second measurement, or a mask put on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Literal

from common.civil.document import Document, DocumentType
from common.errors import Conflict, Invalid, not_found
from common.protocol import EntranceRules
from screening.models import Check
from screening.usecases.context import Context
from screening.usecases.intake import Identity, NewCheck

Link = Literal["retest", "mask_given"]


@dataclass(frozen=True)
class Followed:
    """The earlier check, and what the new one takes over from it."""

    first: Check
    link: Link

    @property
    def was_held(self) -> bool:
        """Whether the new check joins the incident of the first."""
        return self.link == "retest" and self.first.decision == "hold"

    @property
    def refused_measurement(self) -> bool:
        """Whether a refusal to be measured still stands."""
        return self.link == "mask_given" and self.first.refused_measurement

    def reading(self, given: Decimal | None) -> Decimal | None:
        """A mask put on leaves the reading as it was."""
        return self.first.reading if self.link == "mask_given" and given is None else given

    def mask(self, given: bool | None) -> bool | None:
        """What is known of the mask now."""
        if self.link == "mask_given":
            return True
        return self.first.mask if given is None else given

    def symptoms(
        self, yes: frozenset[str], others: tuple[str, ...], rules: EntranceRules
    ) -> tuple[frozenset[str], tuple[str, ...]]:
        """A thermometer does not end symptoms: those of the first check stand."""
        known = {question.code for question in rules.questions}
        first = set(self.first.symptoms)
        return yes | (first & known), tuple(dict.fromkeys([*others, *sorted(first - known)]))

    def identity(self, given: Identity) -> Identity:
        """Who the first check was about; raises Invalid if the new one names somebody else."""
        particulars = particulars_of(self.first)
        number = particulars.get("document_number")
        if (
            (given.id is not None and given.id != self.first.person_id)
            or (given.staff_number is not None and given.staff_number != self.first.staff_number)
            or (given.document is not None and number is not None and given.document.number != number)
        ):
            raise Invalid(
                "chain.other_person",
                "The earlier check was about somebody else: leave the person out, or record a new check.",
                "所关联的记录是另一人的：请不要填写人员信息，或另行登记。",
                field="person",
            )
        if self.first.person_id is not None:
            kind: Literal["staff", "visitor"] = "staff" if self.first.person_kind == "staff" else "visitor"
            return Identity(kind, self.first.person_id, self.first.name)
        if given.kind != "unnamed":
            return given
        document = None
        if number is not None:
            document = Document(DocumentType(particulars["document_type"]), number, checked=False)
        return Identity("unnamed", document=document, phone=particulars.get("phone"), company=self.first.company)


def particulars_of(check: Check) -> Mapping[str, Any]:
    """What a check kept of a visitor's numbers."""
    found: dict[str, Any] = json.loads(check.particulars) if check.particulars else {}
    return found


def follow(context: Context, item: NewCheck, *, measured_at: datetime, rules: EntranceRules) -> Followed | None:
    """The check that a new one follows, if any. Raises NotFound for a foreign one, Conflict for a void one, Invalid
    where there is nothing to follow or it is too early."""
    if item.retest_of is not None:
        named = _earlier(context, item.site, item.retest_of, "retest_of")
        first = named
        if named.link == "retest" and named.first_id is not None:
            first = _earlier(context, item.site, named.first_id, "retest_of")
        _check_retest(first, item, measured_at, rules)
        return Followed(first, "retest")
    if item.mask_given_to is not None:
        first = _earlier(context, item.site, item.mask_given_to, "mask_given_to")
        if first.decision != "refuse" or "no_mask" not in first.reasons:
            raise Invalid(
                "mask_given.not_refused",
                "That check was not refused for want of a mask.",
                "该记录不是因未戴口罩而禁止进入的。",
                field="mask_given_to",
            )
        return Followed(first, "mask_given")
    return None


def _earlier(context: Context, site: str, ident: str, field: str) -> Check:
    found = context.earlier.get(ident)
    if found is None or found.site != site:
        missing = not_found("check", "记录", ident[:40])
        missing.field = field
        raise missing
    if found.voided_at is not None:
        raise Conflict(
            "chain.void",
            "The earlier check was voided: record a new one.",
            "所关联的记录已作废：请另行登记。",
            field=field,
        )
    return found


def _check_retest(first: Check, item: NewCheck, measured_at: datetime, rules: EntranceRules) -> None:
    if first.decision != "hold" and "low_reading" not in first.advice:
        raise Invalid(
            "retest.not_due",
            "That check was neither held nor too low: there is nothing to measure again.",
            "该记录既未暂留也不偏低，无需复测。",
            field="retest_of",
        )
    if item.reading is None or item.refused_measurement:
        raise Invalid(
            "retest.no_reading",
            "A second measurement needs its reading; without one the first stands.",
            "复测须填写体温；未复测则以首次结果为准。",
            field="reading",
        )
    due = first.measured_at + timedelta(minutes=rules.retest_after_minutes)
    if first.decision == "hold" and measured_at < due:
        left = -(-int((due - measured_at).total_seconds()) // 60)
        raise Invalid(
            "retest.early",
            "The second measurement comes {minutes} minutes after the first: wait {left} more.",
            "复测须在首次测量{minutes}分钟后进行：请再等{left}分钟。",
            field="measured_at",
            minutes=rules.retest_after_minutes,
            left=left,
        )
