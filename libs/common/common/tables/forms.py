"""What a form says outside its table: date and place in its title lines or its file name, signatures under it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from common.civil.day import parse_day
from common.tables.cells import Cell, Row, Unreadable, cell_text

# A label does not begin with a digit, so that a time of day is no label.
_LABEL = r"[^\s:,;()，；0-9][^\s:,;()，；]{0,11}\s*:"
_FIELD = re.compile(rf"({_LABEL})(.*?)(?=\s+{_LABEL}|$)", re.DOTALL)
_DAY_LABEL = re.compile(r".*日期$|^date$|.*\sdate$", re.IGNORECASE)
_AS_OF = re.compile(r"截至\s*([0-9]{4}\s*[年/.-]\s*[0-9]{1,2}\s*[月/.-]\s*[0-9]{1,2}\s*日?)")
_ENTRANCES = ("入口", "出入口", "通道", "entrance", "gate")
_CHECKPOINTS = ("监测点", "检测点", "测温点", "checkpoint")
_NAME_DAY = re.compile(
    r"(?<![0-9])(20[0-9]{2})(?:([-_.])([0-9]{1,2})\2([0-9]{1,2})|([0-9]{2})([0-9]{2})|年([0-9]{1,2})月([0-9]{1,2})日)(?![0-9])"
)
_SIGNED = re.compile(
    r"[^:]{0,12}(?:签字|签名|签章|盖章|盘点人|监盘人|监测人员|填表人?|填报人|制表人?|审核人?|复核人?|审批人?|负责人|经办人|保管人|记录人|"
    r"signature|signed by|checked by|prepared by)[^:]{0,6}:",
    re.IGNORECASE,
)
_NOTE = re.compile(r"(?:注|备注|说明|填表说明|note|notes)\s*\d*:", re.IGNORECASE)
_TOTALS = frozenset(("合计", "总计", "小计", "共计", "total", "subtotal"))
_FOOTER_CELLS = 3


@dataclass(frozen=True, slots=True)
class FormFacts:
    """What the title lines say. `day` the form's own day; `entrance` the value of 入口, or of 监测点 where only
    that stands; `checkpoint` the value of 监测点; `title` the first line's text; `fields` all labels, NFKC."""

    day: date | None
    entrance: str | None
    checkpoint: str | None
    title: str | None
    fields: Mapping[str, str]


def form_facts(rows_above: Iterable[Row]) -> FormFacts:
    """The facts in the lines above a header (`Header.above`): `日期：2021年3月1日  入口：…`, a label with its value
    in the next cell, or `截至2021年3月12日` in a title.

    Raises Invalid `day.*` for a date that cannot be one, Unreadable `tables.form_days` for two different dates.
    """
    fields: dict[str, str] = {}
    days: list[date] = []
    as_of: list[date] = []
    title: str | None = None
    for _, cells in rows_above:
        texts = [(cell, unicodedata.normalize("NFKC", cell_text(cell))) for cell in cells if cell_text(cell)]
        title = title or (texts[0][1] if texts else None)
        for position, (_, text) in enumerate(texts):
            following: tuple[object, str] = texts[position + 1] if position + 1 < len(texts) else (None, "")
            for written, value in _FIELD.findall(text):
                label, stated = written.rstrip(": "), value.strip()
                source: object = stated
                if not stated and text.endswith(written):  # The value is in the next cell.
                    source, stated = following
                fields.setdefault(label, stated)
                if stated and _DAY_LABEL.match(label):
                    days += _day(source)
            for found in _AS_OF.findall(text):
                as_of += _day(re.sub(r"\s", "", found))
    days = days or as_of
    if len(set(days)) > 1:
        raise Unreadable(
            "tables.form_days",
            "The form states two different dates ({first} and {second}) above its table; leave one.",
            "表头写有两个不同的日期（{first} 和 {second}），请只保留一个。",
            first=min(days),
            second=max(days),
        )
    checkpoint = _first(fields, _CHECKPOINTS)
    return FormFacts(days[0] if days else None, _first(fields, _ENTRANCES) or checkpoint, checkpoint, title, fields)


def day_from_filename(filename: str) -> date | None:
    """The day in a file's name (2021-03-01, 2021_3_1, 2021.3.1, 20210301, 2021年3月1日); None when there is none, it
    does not exist, or the name holds two different ones."""
    days: set[date] = set()
    for found in _NAME_DAY.finditer(unicodedata.normalize("NFKC", filename)):
        year, _, *parts = found.groups()
        month, day = (int(part) for part in parts if part)
        try:
            days.add(date(int(year), month, day))
        except ValueError:
            return None
    return days.pop() if len(days) == 1 else None


def is_footer(cells: Sequence[Cell]) -> bool:
    """Whether a line under the table is a signature, a note or a total, and not data."""
    texts = [text for cell in cells if (text := unicodedata.normalize("NFKC", cell_text(cell)))]
    if not texts:
        return False
    if re.sub(r"[\s:]", "", texts[0]).lower() in _TOTALS:
        return True
    return len(texts) <= _FOOTER_CELLS and bool(_SIGNED.match(texts[0]) or _NOTE.match(texts[0]))


def _day(value: object) -> list[date]:
    day = value.date() if isinstance(value, datetime) else parse_day(value)
    return [day] if day else []


def _first(fields: Mapping[str, str], labels: Sequence[str]) -> str | None:
    return next((value for label, value in fields.items() if label.lower() in labels and value), None)
