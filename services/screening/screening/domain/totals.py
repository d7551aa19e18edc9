"""Totals of a day, and the five lines a clerk pastes into whatever he reports with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

WEEKDAYS_ZH = "一二三四五六日"
WEEKDAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True)
class Counted:
    """A check as far as it is counted."""

    entrance: str
    hour: int
    person_kind: str
    decision: str
    fever: bool
    reasons: tuple[str, ...]
    retest: bool
    """A second measurement of somebody held: no further arrival."""
    voided: bool


@dataclass
class Totals:
    """What a day comes to. Checks that were voided count in `voided` alone, second measurements in `retests` alone."""

    checks: int = 0
    staff: int = 0
    visitors: int = 0
    unnamed: int = 0
    admitted: int = 0
    refused: int = 0
    held: int = 0
    fevers: int = 0
    no_mask: int = 0
    refused_measurement: int = 0
    retests: int = 0
    retests_normal: int = 0
    voided: int = 0
    by_hour: Counter[int] = field(default_factory=Counter)
    by_entrance: dict[str, Counter[str]] = field(default_factory=dict)

    def add(self, one: Counted) -> None:
        """Counts one check."""
        if one.voided:
            self.voided += 1
            return
        if one.retest:
            self.retests += 1
            self.retests_normal += one.decision != "hold"
            return
        self.checks += 1
        self.staff += one.person_kind == "staff"
        self.visitors += one.person_kind == "visitor"
        self.unnamed += one.person_kind == "unnamed"
        self.admitted += one.decision == "admit"
        self.refused += one.decision == "refuse"
        self.held += one.decision == "hold"
        self.fevers += one.fever
        self.no_mask += "no_mask" in one.reasons
        self.refused_measurement += "refused_measurement" in one.reasons
        self.by_hour[one.hour] += 1
        self.by_entrance.setdefault(one.entrance, Counter())[one.decision] += 1


def total(checks: Iterable[Counted]) -> Totals:
    """The totals of some checks."""
    made = Totals()
    for one in checks:
        made.add(one)
    return made


def report_lines(site_name: str, day: date, totals: Totals, *, not_measured: int, english: bool) -> list[str]:
    """The day's totals in five lines of plain text."""
    t = totals
    if english:
        return [
            f"{site_name}, entrance screening, {day.isoformat()} ({WEEKDAYS_EN[day.weekday()]})",
            f"Checks {t.checks}: staff {t.staff}, visitors {t.visitors}, unnamed {t.unnamed}",
            f"Admitted {t.admitted}; refused {t.refused} (no mask {t.no_mask}, not measured {t.refused_measurement})",
            f"Held {t.held} (fever {t.fevers}); second measurements {t.retests}, normal {t.retests_normal}",
            f"Staff not measured {not_measured}; voided entries {t.voided}",
        ]
    return [
        f"{site_name}入口监测日报 {day.year}年{day.month}月{day.day}日（星期{WEEKDAYS_ZH[day.weekday()]}）",
        f"监测登记{t.checks}人次：职工{t.staff}，来访{t.visitors}，无名{t.unnamed}",
        f"放行{t.admitted}；禁止进入{t.refused}（未戴口罩{t.no_mask}，拒绝测温{t.refused_measurement}）",
        f"暂留{t.held}（发热{t.fevers}）；复测{t.retests}，其中正常{t.retests_normal}",
        f"职工未测温{not_measured}人；误录作废{t.voided}条",
    ]
