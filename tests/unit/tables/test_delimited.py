"""Delimited text: encodings, delimiters and quotes, told from the bytes alone."""

from __future__ import annotations

import codecs
from typing import Any

import pytest

from common.tables import CellError, Limits, Unreadable, read_tables


def refused(data: bytes, filename: str, **options: Any) -> str:
    with pytest.raises(Unreadable) as caught:
        read_tables(data, filename, **options)
    assert caught.value.zh
    assert caught.value.en
    return caught.value.code


TEXT = "姓名,体温\r\n\r\n张三,36.5\r\n"
ROWS = [(1, ["姓名", "体温"]), (2, []), (3, ["张三", "36.5"])]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_the_encodings_of_a_csv(encoding: str) -> None:
    [sheet] = read_tables(TEXT.encode(encoding), "今日.csv")
    assert (sheet.name, list(sheet)) == ("今日", ROWS)


@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_the_delimiters_of_a_csv(delimiter: str) -> None:
    lines = ["姓名|体温|备注", '张三|"36,5"|"a|b\nc"', '李四|"36,6"|', ""]
    text = "\n".join(lines).replace("|", delimiter)
    [sheet] = read_tables(text.encode(), "x.csv")
    assert list(sheet) == [
        (1, ["姓名", "体温", "备注"]),
        (2, ["张三", "36,5", f"a{delimiter}b\nc"]),
        (3, ["李四", "36,6", None]),
    ]


def test_decimal_commas_do_not_make_a_semicolon_file_a_comma_file() -> None:
    [sheet] = read_tables("姓名;体温\n张三;36,5\n李四;36,6\n王五;36,7\n".encode(), "x.csv")
    assert next(iter(sheet)) == (1, ["姓名", "体温"])


def test_a_semicolon_in_one_line_is_no_delimiter() -> None:
    [sheet] = read_tables("备注\n张三;李四\n王五\n".encode(), "x.csv")
    assert list(sheet)[1] == (2, ["张三;李四"])


def test_a_csv_of_one_column() -> None:
    [sheet] = read_tables("姓名\n张三\n".encode(), "x.csv")
    assert list(sheet) == [(1, ["姓名"]), (2, ["张三"])]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (codecs.BOM_UTF8 + "姓名".encode("gb18030"), "encoding"),
        ("姓名,张三".encode()[:-1], "encoding"),
        (b"\xff\xff\x80abc", "encoding"),
        ('姓名,"张三\n李四,王五\n'.encode(), "quotes"),
        (b"a,b\n\x00\x01,c\n", "not_a_table"),
    ],
)
def test_a_csv_that_cannot_be_read_says_why(data: bytes, code: str) -> None:
    assert refused(data, "x.csv") == f"tables.{code}"


def test_a_csv_of_too_many_lines_is_refused() -> None:
    assert refused(b"a,b\n" * 11, "x.csv", limits=Limits(rows=10)) == "tables.too_large"


def test_an_error_code_in_a_csv_is_an_error_cell() -> None:
    [sheet] = read_tables(b"a,#REF!\n", "x.csv")
    assert list(sheet) == [(1, ["a", CellError("#REF!")])]
