"""Headers as offices draw them, the facts above them, and what is no data below."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest

from common.errors import Invalid
from common.tables import Row, Unreadable, day_from_filename, find_header, form_facts, is_footer
from common.tables.cells import Cell

ALIASES: dict[str, tuple[str, ...]] = {
    "name": ("姓名", "Name", "Full name"),
    "document": ("证件号码", "ID number"),
    "temperature": ("体温", "Temperature"),
    "morning": ("上午体温", "体温(上午)"),
    "afternoon": ("下午体温", "体温(下午)"),
    "groups": ("工作组",),
}


def rows(*lines: list[Cell]) -> list[Row]:
    return list(enumerate(lines, 1))


@pytest.mark.parametrize(
    "titles",
    [
        ["姓名", "证件号码", "体温"],
        [" 姓 名 ", "证件\n号码", "体温（℃）"],
        ["*姓名：", "证件号码(18位)", "体温[摄氏度]"],
        ["NAME", "Id Number", "temperature (°C)"],
        ["Ｎａｍｅ", "ID　number", "Ｔemperature"],
        ["name", "document", "temperature"],
    ],
)
def test_titles_are_recognised_however_they_are_written(titles: list[Cell]) -> None:
    header = find_header(rows(["登记表"], titles, ["张三", "1", 36.5]), ALIASES, {"name", "temperature"})
    assert dict(header.columns) == {"name": 0, "document": 1, "temperature": 2}
    assert header.first_data_line == 3
    assert [line for line, _ in header.above] == [1]
    assert header.get(["张三", "1", 36.5], "temperature") == 36.5
    assert header.get(["张三"], "temperature") is None
    assert header.get(["张三"], "groups") is None


def test_a_groups_title_over_its_columns() -> None:
    table = rows(
        ["体温登记表", None, None, None],
        ["姓名", "体温", None, "工作组(逗号分隔)"],
        [None, "上午", "下午", None],
        ["张三", 36.5, 36.6, "应急组"],
    )
    header = find_header(table, ALIASES, {"name"})
    assert dict(header.columns) == {"name": 0, "morning": 1, "afternoon": 2, "groups": 3}
    assert (header.lines, header.first_data_line) == ((2, 3), 4)
    assert header.titles == ("姓名", "体温上午", "体温下午", "工作组(逗号分隔)")
    assert list(header.data(table)) == [table[3]]


def test_hints_tell_columns_apart_where_an_alias_has_them() -> None:
    header = find_header(rows(["姓名", "体温（上午）", "体温（下午）"]), ALIASES, {"name"})
    assert dict(header.columns) == {"name": 0, "morning": 1, "afternoon": 2}


def test_a_word_in_a_title_line_is_no_header() -> None:
    header = find_header(
        rows(["姓名"], [], ["序号", "姓名", "体温"], [1, "张三", 36.5]), ALIASES, {"name", "temperature"}
    )
    assert header.lines == (3,)


def test_missing_columns_are_named() -> None:
    with pytest.raises(Unreadable, match="体温、证件号码") as refused:
        find_header(rows(["姓名", "电话"]), ALIASES, {"name", "document", "temperature"})
    assert refused.value.code == "tables.header_missing"
    with pytest.raises(Unreadable):
        find_header([], ALIASES, {"name"})


def test_a_column_that_stands_twice_is_refused() -> None:
    with pytest.raises(Unreadable, match="A、C") as refused:
        find_header(rows(["姓名", "体温", "Name"]), ALIASES, {"name"})
    assert refused.value.code == "tables.header_twice"


@pytest.mark.parametrize(
    ("above", "day", "entrance"),
    [
        ([["日期：2021年3月1日    入口：办公楼一楼正门"]], date(2021, 3, 1), "办公楼一楼正门"),
        ([["日期:2021-3-1 监测点:2号"]], date(2021, 3, 1), "2号"),
        ([["日期：", datetime.combine(date(2021, 3, 1), time()), "入口：", "侧门"]], date(2021, 3, 1), "侧门"),
        ([["日期：", 44256]], date(2021, 3, 1), None),
        ([["名单（截至2021年3月12日）"]], date(2021, 3, 12), None),
        ([["标题（截至2021年3月12日）"], ["日期：2021年3月1日"]], date(2021, 3, 1), None),
        ([["日期：    入口：正门"]], None, "正门"),
        ([["登记表"], []], None, None),
    ],
)
def test_what_the_title_lines_say(above: list[list[Cell]], day: date | None, entrance: str | None) -> None:
    facts = form_facts(rows(*above))
    assert (facts.day, facts.entrance) == (day, entrance)


def test_a_date_that_does_not_exist_or_two_different_ones_are_refused() -> None:
    with pytest.raises(Invalid, match="2021年2月30日"):
        form_facts(rows(["日期：2021年2月30日"]))
    with pytest.raises(Unreadable) as refused:
        form_facts(rows(["日期：2021年3月1日"], ["填表日期：2021年3月2日"]))
    assert refused.value.code == "tables.form_days"


@pytest.mark.parametrize(
    ("filename", "day"),
    [
        ("staff-temps-2021-03-01.csv", date(2021, 3, 1)),
        ("体温20210301.xlsx", date(2021, 3, 1)),
        ("体温2021年3月1日(1).xlsx", date(2021, 3, 1)),
        ("2021.3.1_2021-03-01.csv", date(2021, 3, 1)),
        ("体温.csv", None),
        ("2021-02-30.csv", None),
        ("2021-03-01至2021-03-02.csv", None),
        ("202103011.csv", None),
    ],
)
def test_the_day_in_a_files_name(filename: str, day: date | None) -> None:
    assert day_from_filename(filename) == day


@pytest.mark.parametrize(
    ("cells", "footer"),
    [
        (["监测人员签字：                    复核：          日期：2021年3月1日"], True),
        (["盘点人：                  监盘人：                  "], True),
        ([None, "审核：", None, "填表："], True),
        (["合计", None, 300], True),
        (["备注：红色为发热"], True),
        (["张三", "230103"], False),
        ([298, "张三", "230103", "备注：自驾"], False),
        ([None, ""], False),
        (["水银体温计", None, "支", 0], False),
    ],
)
def test_signatures_notes_and_totals_are_no_data(cells: list[Cell], footer: bool) -> None:
    assert is_footer(cells) is footer
