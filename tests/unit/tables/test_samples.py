"""The sample files: every line stands where the spreadsheet shows it, under the right columns."""

from __future__ import annotations

from datetime import date, time
from pathlib import Path
from typing import Any

import pytest

from common.tables import (
    FormFacts,
    Header,
    Sheet,
    cell_text,
    day_from_filename,
    find_header,
    form_facts,
    is_footer,
    read_tables,
)

Aliases = dict[str, tuple[str, ...]]

VISITORS: Aliases = {
    "name": ("姓名", "Name"),
    "document": ("证件号码", "身份证号"),
    "phone": ("联系电话", "电话"),
    "reason": ("来访事由",),
    "temperature": ("体温", "测量体温"),
    "mask": ("是否佩戴口罩",),
    "entered": ("进入时间",),
    "left": ("离开时间",),
    "remark": ("备注",),
}
STAFF: Aliases = {
    "number": ("工号",),
    "name": ("姓名",),
    "section": ("科室",),
    "superior": ("分管领导/直接上级",),
    "document": ("证件号码",),
    "groups": ("工作组",),
    "group_roles": ("组内职务",),
}
TEMPERATURES: Aliases = {"number": ("工号",), "name": ("姓名",), "temperature": ("上班体温",), "time": ("时间",)}
SUPPLIES: Aliases = {"item": ("品名",), "quantity": ("数量",), "unit": ("单位",), "expiry": ("有效期至",)}
ISOLATION: Aliases = {"name": ("姓名",), "who": ("工号/关系",), "class": ("类别",), "last": ("最后接触日期",)}
FILES: dict[str, tuple[Aliases, str]] = {
    "staff.xlsx": (STAFF, "number"),
    "staff-branch.csv": (STAFF, "number"),
    "visitors-2021-03-01.xlsx": (VISITORS, "name"),
    "staff-temps-2021-03-01.csv": (TEMPERATURES, "number"),
    "broken.xlsx": (VISITORS, "name"),
    "supplies.xlsx": (SUPPLIES, "item"),
    "isolation.xlsx": (ISOLATION, "name"),
}


def opened(samples: Path, filename: str) -> tuple[Sheet, Header]:
    [sheet] = read_tables(samples / filename, filename)
    aliases, key = FILES[filename]
    return sheet, find_header(sheet, aliases, {key})


@pytest.mark.parametrize("filename", FILES)
def test_the_lines_of_data_are_those_that_an_import_must_judge(
    samples: Path, expected: dict[str, Any], filename: str
) -> None:
    sheet, header = opened(samples, filename)
    judged = {row["line"] for row in expected[filename]["rows"]}
    footers = {row["line"] for row in expected[filename]["rows"] if "signature" in row.get("reason", "")}
    data = list(header.data(sheet))
    assert {line for line, cells in data if is_footer(cells)} == footers
    assert {line for line, _ in data} - judged == set()
    wanted = {row["line"] for row in expected[filename]["rows"] if row["result"] != "skip"}
    assert wanted <= {line for line, cells in data if not is_footer(cells)}


def test_a_header_over_two_lines_and_the_facts_above_it(samples: Path) -> None:
    _, header = opened(samples, "visitors-2021-03-01.xlsx")
    assert (header.lines, header.first_data_line) == ((3, 4), 5)
    assert len(header.columns) == len(VISITORS)
    assert header.title("temperature") == "体温(℃)"
    facts = form_facts(header.above)
    assert (facts.day, facts.entrance, facts.checkpoint) == (date(2021, 3, 1), "办公楼一楼正门", "1号")
    assert facts.title == "市社保局来访人员体温检测登记表"


@pytest.mark.parametrize(
    ("filename", "day"),
    [
        ("supplies.xlsx", date(2021, 3, 1)),
        ("isolation.xlsx", date(2021, 3, 12)),
        ("broken.xlsx", date(2021, 3, 1)),
        ("staff.xlsx", None),
    ],
)
def test_the_forms_own_day(samples: Path, filename: str, day: date | None) -> None:
    _, header = opened(samples, filename)
    facts = form_facts(header.above)
    assert isinstance(facts, FormFacts)
    assert facts.day == day


def test_the_day_of_the_morning_temperatures_is_in_the_files_name(samples: Path) -> None:
    _, header = opened(samples, "staff-temps-2021-03-01.csv")
    assert form_facts(header.above).day is None
    assert day_from_filename("staff-temps-2021-03-01.csv") == date(2021, 3, 1)


def test_every_reading_of_the_visitors_is_as_stated(samples: Path, expected: dict[str, Any]) -> None:
    sheet, header = opened(samples, "visitors-2021-03-01.xlsx")
    cells = dict(sheet)
    assert header.get(cells[64], "temperature") == pytest.approx(37.3, abs=1e-12)
    assert cell_text(header.get(cells[64], "temperature")) == "37.3"
    assert header.get(cells[5], "entered") == time(8, 3)
    assert header.get(cells[5], "remark") is None
    assert header.get(cells[5], "document") == "370102195804239733"


def test_numbers_keep_their_zeros_and_lost_digits_show(samples: Path) -> None:
    sheet, header = opened(samples, "staff.xlsx")
    assert header.get(dict(sheet)[2], "number") == "001"
    sheet, header = opened(samples, "broken.xlsx")
    assert isinstance(header.get(dict(sheet)[13], "document"), float)
    sheet, header = opened(samples, "supplies.xlsx")
    assert header.get(dict(sheet)[4], "expiry") == date(2022, 8, 10)
    assert header.get(dict(sheet)[9], "expiry") == 44935


def test_a_csv_in_gb18030_and_one_in_utf8_with_bom(samples: Path) -> None:
    sheet, header = opened(samples, "staff-temps-2021-03-01.csv")
    assert header.get(dict(sheet)[15], "temperature") == "36,6"
    sheet, header = opened(samples, "staff-branch.csv")
    assert header.get(dict(sheet)[2], "groups") == "领导小组,监督责任组"
    assert sheet.name == "staff-branch"
