"""What a held check is: the kind of its incident, its severity, its local day and number (plan G4)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from common.protocol import Protocol
from isolation.domain.words import REASONS, Words, words_of

QUESTION = "question."


@dataclass(frozen=True)
class Start:
    """When an incident counts from, and whether it still alarms."""

    counted_from: datetime
    silent: bool


def kind_of(*, fever: bool, reasons: Sequence[str]) -> str:
    """`fever` before all else, then the guard's own hold, then what was answered to the protocol's questions."""
    if fever:
        return "fever"
    return "manual_hold" if "manual_hold" in reasons else "symptom"


def severity_of(*, fever: bool, reasons: Iterable[str], symptoms: Iterable[str]) -> str:
    """`severe` for a fever together with a symptom or exposure that was answered with yes; else `ordinary`."""
    answered = any(code.startswith(QUESTION) for code in reasons) or any(True for _ in symptoms)
    return "severe" if fever and answered else "ordinary"


def local_day_of(found_at: datetime, zone: ZoneInfo) -> date:
    """The site's local day of finding: 2021-01-01 00:30+08:00 belongs to 2021 (facts: days and times)."""
    return found_at.astimezone(zone).date()


def number_text(year: int, place: int) -> str:
    """An incident's number at its site: 2021-0003. It rises past 9999 without a break."""
    return f"{year:04d}-{place:04d}"


def start_of(*, found_at: datetime, recorded_at: datetime, imported: bool, alarm_within_hours: int) -> Start:
    """From when clocks and deadlines count.

    From the finding; but for an imported one, or one that came too late to alarm by the protocol, from when the
    system learnt of it: nobody could have acted before.
    """
    silent = recorded_at - found_at > timedelta(hours=alarm_within_hours)
    return Start(recorded_at if imported or silent else found_at, silent)


def reason_words(reasons: Iterable[str], symptoms: Iterable[str], protocol: Protocol) -> list[Words]:
    """The words of a check's reasons and symptoms, each once; a question's are the protocol's own."""
    questions = {one.code: Words(one.words.zh, one.words.en) for one in protocol.entrance.questions}
    codes = [code.removeprefix(QUESTION) for code in (*reasons, *symptoms)]
    return [questions.get(code) or words_of(REASONS, code) for code in dict.fromkeys(codes)]


def reading_text(reading: Decimal | None) -> str:
    """A reading for the timeline with the digits it was measured in, one decimal at least; empty if there is none."""
    if reading is None:
        return ""
    exact = reading.normalize()
    return f"{exact:.1f}" if -int(exact.as_tuple().exponent) <= 1 else f"{exact:f}"
