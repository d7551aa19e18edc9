"""A register as the paper form: its title, columns and cells. The same layout is read back by an import."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

from common.civil.document import DocumentType, mask_document
from common.civil.name import mask_name
from common.civil.phone import mask_phone
from screening.domain.paper_words import UNNAMED, VOIDED
from screening.domain.reasons import DECISIONS, said
from screening.domain.register import Content

COLUMNS = (
    "序号",
    "姓名",
    "工号",
    "证件类型",
    "证件号码",
    "联系电话",
    "来访事由",
    "体温(℃)",
    "是否佩戴口罩",
    "进入时间",
    "离开时间",
    "处置",
    "监测员",
    "备注",
)
WIDTHS = (6, 10, 8, 12, 22, 14, 18, 9, 9, 10, 10, 10, 10, 24)
DOCUMENTS = {
    DocumentType.RESIDENT_ID: "居民身份证",
    DocumentType.PASSPORT: "护照",
    DocumentType.HK_MACAO_PERMIT: "港澳居民来往内地通行证",
    DocumentType.TAIWAN_PERMIT: "台湾居民来往大陆通行证",
    DocumentType.FOREIGN_RESIDENCE_PERMIT: "外国人永久居留身份证",
    DocumentType.OLD_RESIDENT_ID: "15位身份证",
    DocumentType.OTHER: "其他",
}
"""Labels that `parse_document_type` reads back."""
EMPTY_LINES = 30


@dataclass(frozen=True)
class PaperLine:
    """A line of the form; what is personal is masked unless the reader may see it."""

    number: int
    name: str
    staff_number: str
    document_type: str
    document_number: str
    phone: str
    purpose: str
    reading: Decimal | None
    mask: str
    entered: time
    left: time | None
    decision: str
    decision_words: str
    guard: str
    remark: str
    voided: bool
    fever: bool

    def cells(self) -> list[object]:
        """The line as a spreadsheet's cells, in the order of `COLUMNS`."""
        return [
            self.number,
            self.name,
            self.staff_number,
            self.document_type,
            self.document_number,
            self.phone,
            self.purpose,
            self.reading,
            self.mask,
            self.entered,
            self.left,
            self.decision_words,
            self.guard,
            self.remark,
        ]


def title_of(site_name: str) -> str:
    """The form's title."""
    return f"{site_name}来访人员体温检测登记表"


def facts_line(day: date, entrance_name: str, *, version: int = 0, short_head: str | None = None) -> str:
    """The line under the title, as an import reads it."""
    line = f"日期：{day.year}年{day.month}月{day.day}日    入口：{entrance_name}"
    return line if short_head is None else f"{line}    版本：{version}    封存码：{short_head}"


def empty_facts_line(entrance_name: str) -> str:
    """The same for a form to be filled in; a date left open is no date, and the day may be sent along."""
    return f"日期：                    入口：{entrance_name}"


def sign_line(day: date | None, names: Sequence[str] = ()) -> str:
    """The line of signatures under the table."""
    said_day = "        " if day is None else f"{day.year}年{day.month}月{day.day}日"
    signed = "、".join(names) if names else "                    "
    return f"监测人员签字：{signed}    复核：                    日期：{said_day}"


def paper_line(row: Content, number: int, zone: ZoneInfo, *, masked: bool) -> PaperLine:
    """A sealed or live row as a line of the form."""
    kind = row["document_type"]
    document, phone, name = row["document_number"], row["phone"], row["name"]
    if masked:
        document, phone = document and mask_document(document), phone and mask_phone(phone)
        name = name and mask_name(name)
    decision = DECISIONS[row["decision"]]
    return PaperLine(
        number=number,
        name=name or UNNAMED,
        staff_number=row["staff_number"] or "",
        document_type=DOCUMENTS.get(DocumentType(kind), "") if kind and document else "",
        document_number=document or "",
        phone=phone or "",
        purpose=row["purpose"] or "",
        reading=None if row["reading"] is None else Decimal(row["reading"]),
        mask="" if row["mask"] is None else "是" if row["mask"] else "否",
        entered=_clock(row["measured_at"], zone),
        left=None if row["departed_at"] is None else _clock(row["departed_at"], zone),
        decision=row["decision"],
        decision_words=decision.zh,
        guard=row["guard_name"],
        remark=_remark(row),
        voided=row["voided_at"] is not None,
        fever=row["fever"],
    )


def _clock(instant: str, zone: ZoneInfo) -> time:
    return datetime.fromisoformat(instant).astimezone(zone).time().replace(microsecond=0)


def _remark(row: Content) -> str:
    """A voided row's remark begins with 作废, so that an import passes over it."""
    parts: list[str] = []
    if row["voided_at"] is not None:
        parts.append(f"{VOIDED}：{row['void_reason']}")
    if row["refused_measurement"]:
        parts.append("拒测")
    parts += [word for word in said(row["reasons"], "zh") if not (row["refused_measurement"] and "拒绝" in word)]
    if row["link"] == "retest":
        parts.append("复测")
    if row["late"]:
        parts.append("补录")
    return "；".join(parts)
