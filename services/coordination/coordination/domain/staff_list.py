"""A line of a staff list: what its cells say, or which cell is wrong (facts: files, readings and identity)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from common.civil.day import parse_day
from common.civil.document import Document, check_document, guess_document_type, parse_document_type
from common.civil.name import normalise_name
from common.civil.phone import normalise_phone
from common.errors import Invalid, SizaoError
from common.tables import Cell, CellError, Header, cell_text
from coordination.domain.groups import MEMBER, group_code, position_code

ALIASES: dict[str, tuple[str, ...]] = {
    "staff_number": ("工号", "职工编号", "员工编号", "人员编号", "编号", "Staff number", "Staff no", "Employee number"),
    "name": ("姓名", "Name"),
    "section": ("科室", "部门", "处室", "所属科室", "Section", "Department"),
    "post": ("职务", "岗位", "Post", "Title"),
    "superior": ("分管领导/直接上级", "直接上级", "分管领导", "上级", "Superior", "Reports to"),
    "phone": ("手机", "手机号", "手机号码", "联系电话", "电话", "Phone", "Mobile"),
    "document_type": ("证件类型", "Document type"),
    "document_number": ("证件号码", "证件号", "身份证号", "身份证号码", "Document number", "ID number"),
    "groups": ("工作组", "Groups"),
    "positions": ("组内职务", "Group positions", "Positions"),
    "remark": ("备注", "Remark", "Remarks", "Note"),
    "company": ("所属公司", "外包单位", "公司", "Company"),
    "badge": ("卡号", "工牌号", "门禁卡号", "Badge"),
    "email": ("邮箱", "电子邮箱", "Email", "E-mail"),
}
REQUIRED = {"staff_number", "name", "section"}

_NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,19}")
_LIST = re.compile(r"[,，、;；\n]")
_VACANT = re.compile(r"(?:岗位)?(?:空缺|空岗|待补|暂缺)|vacant|vacancy", re.IGNORECASE)
_LEAVE = re.compile(
    r"([^\s(（,，;；]{0,10}[假休])\s*[(（]\s*([^()（）]+?)\s*(?:至|到|~|～|—|--)\s*([^()（）]+?)\s*[)）]"
)
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]+\.[^@\s]{2,}")
T = TypeVar("T")


@dataclass(frozen=True)
class LeaveSpan:
    """Days of a leave that a remark states, both included."""

    first_day: date
    last_day: date
    reason: str


@dataclass(frozen=True)
class StaffLine:
    """A person as a line states him."""

    line: int
    staff_number: str
    name: str
    section: str
    post: str
    superior: str
    phone: str | None
    document: Document | None
    groups: tuple[tuple[str, str], ...]
    leave: LeaveSpan | None
    company: str
    badge: str | None
    email: str | None


@dataclass(frozen=True)
class Vacancy:
    """A post that nobody holds: no person."""

    line: int
    section: str
    post: str
    superior: str


class LineRefused(Exception):
    """A line that is not taken in: which column, and why."""

    def __init__(self, field: str, problem: SizaoError) -> None:
        self.field = field
        self.problem = problem
        super().__init__(problem.code)


def read_line(header: Header, line: int, cells: Sequence[Cell], today: date) -> StaffLine | Vacancy:
    """What a line says. Raises LineRefused for the first cell that can't be right."""

    def cell(field: str) -> Cell:
        found = header.get(cells, field)
        if isinstance(found, CellError):
            raise LineRefused(field, _formula(found.code))
        return found

    def read(field: str, reader: Callable[[Cell], T]) -> T:
        try:
            return reader(cell(field))
        except SizaoError as problem:
            raise LineRefused(field, problem) from problem

    given = unicodedata.normalize("NFKC", cell_text(cell("name"))).strip("()[] 　")
    if _VACANT.fullmatch(given):
        return Vacancy(line, read("section", _section), _text(cell("post")), _text(cell("superior")))
    document = _document(header, cells, read, today)
    groups = _groups(read)
    return StaffLine(
        line=line,
        staff_number=read("staff_number", _number),
        name=read("name", normalise_name),
        section=read("section", _section),
        post=read("post", _short),
        superior=_text(cell("superior")),
        phone=read("phone", lambda value: normalise_phone(value) if cell_text(value) else None),
        document=document,
        groups=groups,
        leave=read("remark", lambda value: leave_in(cell_text(value))),
        company=read("company", _short),
        badge=read("badge", _short) or None,
        email=read("email", _email),
    )


def leave_in(remark: str) -> LeaveSpan | None:
    """The leave that a remark states, as 病假（2021-02-22至2021-03-21）. Raises Invalid for dates that can't be."""
    found = _LEAVE.search(unicodedata.normalize("NFKC", remark))
    if found is None:
        return None
    first, last = parse_day(found[2]), parse_day(found[3])
    if first is None or last is None:
        return None
    if last < first:
        raise Invalid(
            "leave.period",
            "The leave ends on {last}, before it begins on {first}.",
            "休假截止日 {last} 早于开始日 {first}。",
            first=first,
            last=last,
        )
    return LeaveSpan(first, last, found[1])


def _document(header: Header, cells: Sequence[Cell], read: Callable[..., T], today: date) -> Document | None:
    number = header.get(cells, "document_number")
    if not cell_text(number):
        return None
    label = cell_text(header.get(cells, "document_type"))
    kind = read("document_type", lambda _: parse_document_type(label) if label else guess_document_type(number))
    return read("document_number", lambda value: check_document(kind, value, today=today))  # type: ignore[return-value, arg-type]


def _groups(read: Callable[..., object]) -> tuple[tuple[str, str], ...]:
    names = read("groups", lambda value: [group_code(name) for name in _parts(value)])
    positions = read("positions", lambda value: [position_code(word) for word in _parts(value)])
    assert isinstance(names, list)
    assert isinstance(positions, list)
    if names and not positions:
        positions = [MEMBER] * len(names)
    if len(names) != len(positions):
        raise LineRefused(
            "positions",
            Invalid(
                "group.lists",
                "There are {names} groups but {positions} places in groups: the two lists go side by side.",
                "工作组有{names}个，组内职务有{positions}个：两列须一一对应。",
                names=len(names),
                positions=len(positions),
            ),
        )
    if len(set(names)) != len(names):
        raise LineRefused("groups", Invalid("group.twice", "A group stands twice.", "同一工作组重复填写。"))
    return tuple(sorted(zip(names, positions, strict=True)))


def _parts(value: Cell) -> list[str]:
    return [part.strip() for part in _LIST.split(cell_text(value)) if part.strip()]


def _number(value: Cell) -> str:
    text = unicodedata.normalize("NFKC", cell_text(value)).strip()
    if not text:
        raise Invalid("staff_number.empty", "The staff number is empty.", "工号为空。")
    if not _NUMBER.fullmatch(text):
        raise Invalid(
            "staff_number.form",
            "The staff number takes 1 to 20 letters, digits, and . _ - inside.",
            "工号为1至20位字母或数字，中间可用 . _ -。",
        )
    return text


def _section(value: Cell) -> str:
    text = _short(value)
    if not text:
        raise Invalid("section.empty", "The section is empty.", "科室为空。")
    return text


def _short(value: Cell) -> str:
    text = _text(value)
    if len(text) > 60:
        raise Invalid("text.long", "The text has more than 60 characters.", "内容超过60个字。")
    return text


def _text(value: Cell) -> str:
    return re.sub(r"\s+", " ", unicodedata.normalize("NFKC", cell_text(value))).strip()


def _email(value: Cell) -> str | None:
    text = _text(value)
    if text and not _EMAIL.fullmatch(text):
        raise Invalid("email.form", "This is no e-mail address.", "邮箱地址格式不对。")
    return text or None


def _formula(code: str) -> Invalid:
    return Invalid(
        "tables.cell_error",
        "The cell holds a formula that failed ({fault}): enter the value itself.",
        "单元格公式出错({fault}):请直接填写内容。",
        fault=code,
    )
