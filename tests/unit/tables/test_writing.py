"""Exports: nothing runs, nothing changes on the way back, refused rows can be corrected and sent again."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.errors import Invalid
from common.tables import (
    CellError,
    Column,
    OutSheet,
    Refused,
    find_header,
    form_facts,
    neutralise,
    read_tables,
    refused_rows_file,
    restore,
    write_csv,
    write_xlsx,
)

DANGEROUS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://x")', "＝1+1", "'=1", "''=1"]
XML_TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), min_size=1)


@pytest.mark.parametrize("text", DANGEROUS)
def test_a_dangerous_cell_is_neutralised_in_both_formats_and_comes_back_as_it_was(text: str) -> None:
    as_csv = write_csv(["a"], [[text]])
    [_, [written]] = list(csv.reader(io.StringIO(as_csv.decode("utf-8-sig"), newline="")))
    assert written == "'" + text
    as_xlsx = write_xlsx([OutSheet("表", ["a"], [[text]])])
    cell = openpyxl.load_workbook(io.BytesIO(as_xlsx)).worksheets[0]["A2"]
    assert cell.data_type != "f"
    assert str(cell.value).startswith("'")
    for data, name in ((as_csv, "x.csv"), (as_xlsx, "x.xlsx")):
        [sheet] = read_tables(data, name)
        assert list(sheet)[1][1] == [text]


@given(st.text())
def test_restoring_undoes_neutralising_for_every_text(text: str) -> None:
    safe = neutralise(text)
    assert restore(safe) == text
    assert not safe or safe[0] not in "=+-@\t\r\n"


@given(st.lists(st.lists(XML_TEXT, min_size=2, max_size=2), min_size=1, max_size=5))
def test_texts_come_back_as_they_were(rows: list[list[str]]) -> None:
    expected = [[CellError(cell) if cell in ("#N/A", "#REF!") else cell for cell in row] for row in rows]
    for data, name in both(["甲", "乙"], rows):
        [sheet] = read_tables(data, name)
        assert [cells for _, cells in list(sheet)[1:]] == expected


@pytest.mark.parametrize(
    "text", ["_x0041_", "a\nb", " 前后 ", "001", "230103198503129614", "http://x", "1e5", "<&>\"'"]
)
def test_texts_with_a_second_meaning_stay_texts(text: str) -> None:
    for data, name in both(["a"], [[text]]):
        [sheet] = read_tables(data, name)
        assert list(sheet)[1][1] == [text]


def test_an_export_of_one_column_full_of_delimiters_stays_one_column() -> None:
    rows = [["a\tb"], ["c\td"]]
    [sheet] = read_tables(write_csv(["备注"], rows), "x.csv")
    assert [cells for _, cells in sheet] == [["备注"], *rows]


def test_quantities_are_numbers_and_moments_are_moments() -> None:
    moment = datetime.combine(date(2021, 3, 1), time(8, 35, 10))
    row = [24, -4, Decimal("37.3"), 0.5, True, moment, moment.date(), time(8, 35), timedelta(hours=30), None, ""]
    [sheet] = read_tables(write_xlsx([OutSheet("表", ["a"] * len(row), [row])]), "x.xlsx")
    assert list(sheet)[1][1] == [
        24,
        -4,
        37.3,
        0.5,
        True,
        moment,
        moment.date(),
        time(8, 35),
        timedelta(hours=30),
        None,
        None,
    ]
    text = write_csv(["a"], [row]).decode("utf-8-sig")
    assert text.splitlines()[1] == '24,-4,37.3,0.5,是,2021-03-01 08:35:10,2021-03-01,08:35,"1 day, 6:00:00",,'


def test_a_workbook_is_ready_to_print_on_a4() -> None:
    data = write_xlsx(
        [
            OutSheet("3.1/正门", ["姓名", Column("备注", 40)], [["张三", "x"]], ["登记表"]),
            OutSheet("3.1:正门", ["a"], []),
        ],
        landscape=True,
    )
    book = openpyxl.load_workbook(io.BytesIO(data))
    assert book.sheetnames == ["3.1 正门", "3.1 正门 2"]
    sheet = book.worksheets[0]
    assert sheet.freeze_panes == "A3"
    assert sheet.print_title_rows == "$2:$2"
    assert (str(sheet.page_setup.paperSize), sheet.page_setup.orientation) == ("9", "landscape")
    assert sheet.column_dimensions["B"].width == pytest.approx(40, abs=1)
    assert sheet["A3"].number_format == "@"


def test_an_export_holds_no_formula_and_no_link_at_all() -> None:
    data = write_xlsx([OutSheet("表", ["=1"], [[text] for text in DANGEROUS], ["=2"])])
    with zipfile.ZipFile(io.BytesIO(data)) as container:
        sheet = container.read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in sheet
    assert b"hyperlink" not in sheet


def test_a_text_no_cell_can_hold_is_refused_and_never_cut() -> None:
    with pytest.raises(Invalid) as refused:
        write_xlsx([OutSheet("表", ["a"], [["长" * 32_768]])])
    assert refused.value.code == "tables.cell_too_long"


def both(columns: list[str], rows: list[list[str]]) -> list[tuple[bytes, str]]:
    return [(write_csv(columns, rows), "x.csv"), (write_xlsx([OutSheet("表", columns, rows)]), "x.xlsx")]


ALIASES = {"name": ("姓名",), "temperature": ("体温",), "entered": ("进入时间",)}


def test_refused_rows_can_be_corrected_and_sent_again(samples: Path) -> None:
    [sheet] = read_tables(samples / "broken.xlsx", "broken.xlsx")
    header = find_header(sheet, ALIASES, set(ALIASES))
    lines = dict(sheet)
    refused = [Refused(line, lines[line], "=体温有误") for line in (14, 18, 20)]
    data = refused_rows_file(sheet.name, header, refused)

    [again] = read_tables(data, "refused.xlsx")
    second = find_header(again, ALIASES, set(ALIASES))
    assert again.name == sheet.name
    assert dict(second.columns) == dict(header.columns)
    assert second.first_data_line == header.first_data_line
    assert form_facts(second.above) == form_facts(header.above)
    rows = list(second.data(again))
    assert [cells[:9] for _, cells in rows] == [lines[line][:9] for line in (14, 18, 20)]
    assert [cells[-1] for _, cells in rows] == [f"[{line}] =体温有误" for line in (14, 18, 20)]

    [third] = read_tables(refused_rows_file(again.name, second, [Refused(5, rows[0][1], "still")]), "x.xlsx")
    third_header = find_header(third, ALIASES, set(ALIASES))
    assert third_header.titles == second.titles
    assert next(iter(third_header.data(third)))[1][-1] == "[5] still"


def test_refused_rows_of_a_csv_come_back_as_csv_with_errors_shown() -> None:
    [sheet] = read_tables("姓名,体温,进入时间\n张三,#N/A,8:35\n李四\n".encode(), "x.csv")
    header = find_header(sheet, ALIASES, set(ALIASES))
    refused = [Refused(line, cells, "原因") for line, cells in header.data(sheet)]
    text = refused_rows_file(sheet.name, header, refused, form="csv").decode("utf-8-sig")
    assert text.splitlines() == [
        "姓名,体温,进入时间,未接收原因 Reason",
        "张三,#N/A,8:35,[2] 原因",
        "李四,,,[3] 原因",
    ]
