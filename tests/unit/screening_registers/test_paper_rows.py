"""What the lines of paper forms say, and what is refused with its reason (facts: readings, files)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time
from decimal import Decimal
from typing import Any

import pytest

from common.protocol import EntranceRules
from common.tables import Cell, CellError, Sheet, Unreadable
from screening.domain.paper import PaperRow, read_rows, recognise

REGISTER = ["序号", "姓名", "证件号码", "体温(℃)", "是否佩戴口罩", "进入时间", "离开时间", "备注"]
STAFF = ["科室", "姓名", "工号", "上班体温", "时间"]


def sheet(*rows: Sequence[Any], name: str = "1") -> Sheet:
    return Sheet(name, lambda: [(line, list(cells)) for line, cells in enumerate(rows, 1)])


def read(header: Sequence[str], *rows: Sequence[Cell]) -> list[PaperRow]:
    [table], _ = recognise([sheet(header, *rows)])
    return list(read_rows(table, 0, EntranceRules()))


def visitor(**more: Cell) -> list[Cell]:
    cells: dict[str, Cell] = {"序号": 1, "姓名": "测试甲", "体温(℃)": 36.5, "是否佩戴口罩": "是", "进入时间": "8:05"}
    return [{**cells, **more}.get(column) for column in REGISTER]


def test_a_line_of_a_register() -> None:
    [row] = read(REGISTER, visitor(离开时间="8：30"))
    assert (row.outcome, row.reading, row.mask) == ("check", Decimal("36.5"), True)
    assert (row.entered, row.left) == (time(8, 5), time(8, 30))


@pytest.mark.parametrize(
    ("cell", "mask"),
    [
        ("是", True),
        ("√", True),
        ("已戴", True),
        (True, True),
        ("否", False),
        ("×", False),
        ("未戴", False),
        (None, None),
    ],
)
def test_masks_as_people_write_them(cell: Cell, mask: bool | None) -> None:
    [row] = read(REGISTER, visitor(是否佩戴口罩=cell))
    assert (row.outcome, row.mask, row.mask_unsaid) == ("check", mask, mask is None)


@pytest.mark.parametrize(
    ("cell", "remark"), [(None, "拒测"), (None, "拒绝测温，劝离"), ("拒测", None), ("", "拒绝体温检测")]
)
def test_a_refused_measurement_is_no_reading(cell: Cell, remark: Cell) -> None:
    [row] = read(REGISTER, visitor(**{"体温(℃)": cell, "备注": remark}))
    assert (row.outcome, row.refused_measurement, row.reading) == ("check", True, None)


@pytest.mark.parametrize(
    ("cells", "field", "code"),
    [
        ({"姓名": None}, "name", "name.empty"),
        ({"体温(℃)": None}, "reading", "paper.no_reading"),
        ({"体温(℃)": 366}, "reading", "reading.too_high"),
        ({"体温(℃)": CellError("#REF!")}, "reading", "paper.formula"),
        ({"是否佩戴口罩": "也许"}, "mask", "paper.mask"),
        ({"进入时间": None}, "entered", "paper.no_time"),
        ({"进入时间": "25:70"}, "entered", "clock.range"),
        ({"离开时间": "8:00"}, "left", "departed_at.before"),
    ],
)
def test_what_cannot_be_right_is_refused(cells: dict[str, Cell], field: str, code: str) -> None:
    [row] = read(REGISTER, visitor(**cells))
    assert row.fault is not None
    assert (row.outcome, row.field, row.fault.code) == ("refused", field, code)
    assert row.fault.zh
    assert row.fault.en


def test_signatures_repeated_headers_voided_and_numbered_blank_lines_are_no_data() -> None:
    rows = read(
        REGISTER,
        visitor(),
        [2, None, None, None, None, None, None, None],
        [],
        REGISTER,
        visitor(备注="作废：误录"),
        ["监测人员签字：        复核：      日期：2021年3月1日"],
    )
    assert [(row.line, row.outcome) for row in rows] == [(2, "check"), (5, "skip"), (6, "skip"), (7, "skip")]


@pytest.mark.parametrize("cell", [None, "", "未测", "出差", "请假"])
def test_an_empty_reading_of_a_staff_list_is_not_measured(cell: Cell) -> None:
    [row] = read(STAFF, ["办公室", "测试甲", "001", cell, None])
    assert (row.outcome, row.field) == ("not_measured", "reading")


def test_the_kind_of_list_is_told_from_its_headers() -> None:
    tables, others = recognise([sheet(STAFF), sheet(["甲"], ["乙"], name="说明"), sheet([], name="空")])
    assert [table.kind for table in tables] == ["staff_temperatures"]
    assert others == ["说明"]
    assert recognise([sheet([*REGISTER, "工号"])])[0][0].kind == "register"
    with pytest.raises(Unreadable, match=r"tables\.header_missing"):
        recognise([sheet(["体温", "时间"])])
    with pytest.raises(Unreadable, match=r"paper\.two_kinds"):
        recognise([sheet(STAFF), sheet(REGISTER, name="2")])
