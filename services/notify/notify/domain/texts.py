"""What alerts and their messages say. Messages go out in Chinese and hold ids and masked names, never a document."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

TITLE_LENGTH = 200


@dataclass(frozen=True)
class Title:
    """One title in both languages."""

    zh: str
    en: str


def held_title(kind: str, reading: Decimal | None, entrance: str) -> Title:
    """Of an alert about somebody held at an entrance."""
    if kind == "fever" and reading is not None:
        return _title(f"发热 {reading}℃，已在{entrance}暂留", f"Fever {reading} °C, held at {entrance}")
    if kind == "symptom":
        return _title(f"有症状，已在{entrance}暂留", f"Symptoms, held at {entrance}")
    return _title(f"已在{entrance}暂留，待处置", f"Held at {entrance} by the guard")


def filing_title(place: str, day: str, checks: int | None) -> Title:
    """Of an alert about a register that was not filed."""
    known_zh = f"（已知{checks}条记录）" if checks else ""
    known_en = f" ({checks} checks known)" if checks else ""
    return _title(f"登记表未按时上报：{place} {day}{known_zh}", f"Register not filed in time: {place}, {day}{known_en}")


def step_title(number: str, step: str) -> Title:
    """Of an alert about an incident's step."""
    return _title(f"处置步骤超时：事件{number} {step}", f"Step overdue: incident {number}, {step}")


def _title(zh: str, en: str) -> Title:
    return Title(zh[:TITLE_LENGTH], en[:TITLE_LENGTH])


def local_time(at: datetime, zone: str) -> str:
    """Day and time at the site, for a message."""
    return at.astimezone(ZoneInfo(zone)).strftime("%m-%d %H:%M")


def message_text(
    *, bureau: str, title: str, severity: str, at: str, name: str, rung: str, link: str, alert_id: str
) -> str:
    """The whole text of an alert's message."""
    lines = [
        f"【四早·{bureau}】{'严重告警' if severity == 'severe' else '告警'}：{title}",
        f"时间：{at}" + (f" 人员：{name}" if name else ""),
        f"通知：{rung}。请立即处理并确认。",
    ]
    lines.append(f"处理：{link}" if link else "请在值班电脑的告警页面确认。")
    lines.append(f"编号：{alert_id}")
    return "\n".join(lines)


def short_line(*, title: str, at: str, name: str) -> str:
    """One alert among several in one post."""
    return " ".join(part for part in ("·", at, title, name) if part)


def with_mentions(text: str, names: Sequence[str]) -> str:
    """A robot's text that names the people who are called, for far sides that cannot be given their numbers."""
    return f"{text}\n{' '.join(f'@{name}' for name in dict.fromkeys(names))}" if names else text
