"""Reading files of every kind: values, lines, encodings, and clear words for what cannot be read."""

from __future__ import annotations

import codecs
import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
import xlwt

from common.tables import CellError, Limits, Unreadable, read_tables

Make = Callable[[Callable[[Any, Any], None]], bytes]
Ole = Callable[[dict[str, bytes]], bytes]
MOMENT = datetime.combine(date(2021, 3, 1), time(8, 35))
ODS_HEAD = (
    '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0" '
    "><office:body><office:spreadsheet>"
    '<table:table table:name="表">'
)
ODS_TAIL = "</table:table></office:spreadsheet></office:body></office:document-content>"
ODS_MANIFEST = (
    '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
    '<manifest:file-entry manifest:full-path="/" manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/>'
    '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml">{}</manifest:file-entry>'
    "</manifest:manifest>"
)


def refused(data: bytes, filename: str = "x.xlsx", **options: Any) -> str:
    with pytest.raises(Unreadable) as caught:
        read_tables(data, filename, **options)
    assert caught.value.zh
    assert caught.value.en
    return caught.value.code


def repacked(data: bytes, change: Callable[[str, bytes], bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.infolist():
            target.writestr(entry.filename, change(entry.filename, source.read(entry)))
    return out.getvalue()


def ods(rows: str, extra: str = "") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        target.writestr("content.xml", ODS_HEAD + rows + ODS_TAIL)
        target.writestr("META-INF/manifest.xml", ODS_MANIFEST.format(extra))
    return out.getvalue()


def fill_values(book: Any, sheet: Any) -> None:
    sheet.write_string(2, 1, "文")
    sheet.write_number(2, 2, 24)
    sheet.write_number(2, 3, 36.5)
    sheet.write_boolean(2, 4, True)
    sheet.write_datetime(2, 5, MOMENT, book.add_format({"num_format": "yyyy-mm-dd"}))
    sheet.write_datetime(2, 6, MOMENT.date(), book.add_format({"num_format": "yyyy-mm-dd"}))
    sheet.write_datetime(2, 7, MOMENT.time(), book.add_format({"num_format": "h:mm"}))
    sheet.write_datetime(2, 8, timedelta(hours=30), book.add_format({"num_format": "[h]:mm"}))
    sheet.write_formula(2, 9, "=1+1", None, 2)
    sheet.write_formula(2, 10, "=#REF!+1", None, "#REF!")
    sheet.write_formula(4, 0, "=NA()", None, "#N/A")


def test_cells_keep_their_kinds_and_lines_are_as_shown(workbook: Make) -> None:
    [sheet] = read_tables(workbook(fill_values), "x.xlsx")
    rows = list(sheet)
    assert [line for line, _ in rows] == [1, 2, 3, 4, 5]
    assert all(cell is None for _, cells in rows[:2] for cell in cells)
    values = rows[2][1]
    assert values == [
        None, "文", 24, 36.5, True, MOMENT, MOMENT.date(), MOMENT.time(), timedelta(hours=30), 2, CellError("#REF!"),
    ]  # fmt: skip
    assert [type(values[place]) for place in (2, 3, 9)] == [int, float, int]
    assert rows[4][1][0] == CellError("#N/A")
    assert list(sheet) == rows


def test_empty_columns_on_the_left_are_kept(workbook: Make) -> None:
    [sheet] = read_tables(workbook(lambda _, sheet: sheet.write_string(0, 2, "c")), "x.xlsx")
    assert list(sheet) == [(1, [None, None, "c"])]


def test_an_error_alone_in_its_line_is_seen(workbook: Make) -> None:
    def fill(book: Any, sheet: Any) -> None:
        sheet.write_string(0, 0, "品名")
        sheet.write_formula(2, 0, "=1/0", None, "#DIV/0!")

    [sheet] = read_tables(workbook(fill), "x.xlsx")
    assert list(sheet)[-1] == (3, [CellError("#DIV/0!")])


def test_hidden_sheets_come_only_when_asked_for(workbook: Make) -> None:
    def fill(book: Any, sheet: Any) -> None:
        sheet.write_string(0, 0, "a")
        book.add_worksheet("选项").hide()
        book.add_chartsheet()

    data = workbook(fill)
    assert [sheet.name for sheet in read_tables(data, "x.xlsx")] == ["表"]
    assert [(sheet.name, sheet.hidden) for sheet in read_tables(data, "x.xlsx", hidden=True)] == [
        ("表", False),
        ("选项", True),
    ]


def test_a_file_whose_sheets_are_all_hidden_is_refused(workbook: Make) -> None:
    def fill(_: Any, sheet: Any) -> None:
        sheet.write_string(0, 0, "a")

    def hide(name: str, body: bytes) -> bytes:
        return body.replace(b"<sheet ", b'<sheet state="hidden" ') if name == "xl/workbook.xml" else body

    assert refused(repacked(workbook(fill), hide)) == "tables.no_sheet"


def test_an_empty_sheet_has_no_rows(workbook: Make) -> None:
    [sheet] = read_tables(workbook(lambda *_: None), "x.xlsx")
    assert list(sheet) == []


def test_an_old_xls_with_an_error_and_empty_lines_above() -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("表")
    sheet.write(2, 1, "001")
    sheet.write(2, 2, 36.5)
    sheet.write(2, 3, MOMENT, xlwt.easyxf(num_format_str="yyyy-mm-dd hh:mm"))
    sheet.row(2).set_cell_error(4, "#REF!")
    out = io.BytesIO()
    book.save(out)
    [read] = read_tables(out.getvalue(), "x.xls")
    assert list(read)[-1] == (3, [None, "001", 36.5, MOMENT, CellError("#REF!")])
    assert refused(out.getvalue(), limits=Limits(rows=2)) == "tables.too_large"
    assert refused(out.getvalue()[:2000]) == "tables.damaged"


def test_a_byte_gone_wrong_in_an_xls_gives_an_error_and_not_the_end_of_the_process() -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("表")
    for row in range(20):
        sheet.write(row, 0, f"文本{row}")
        sheet.write(row, 1, row * 1.5)
    out = io.BytesIO()
    book.save(out)
    data = out.getvalue()
    for place in [*range(8, 600), *range(600, len(data), 41)]:
        for value in (0x00, 0xFF):
            broken = data[:place] + bytes([value]) + data[place + 1 :]
            try:
                for read in read_tables(broken, "x.xls"):
                    list(read)
            except Unreadable:
                continue


def test_an_ods() -> None:
    cell = '<table:table-cell office:value-type="{}"{}><text:p>{}</text:p></table:table-cell>'
    row = cell.format("string", "", "姓名") + cell.format("float", ' office:value="36.5"', "36.5")
    empty = '<table:table-row table:number-rows-repeated="2"><table:table-cell/></table:table-row>'
    error = cell.format("string", ' office:string-value="" calcext:value-type="error"', "Err:502")
    far = '<table:table-row table:number-rows-repeated="1048000"><table:table-cell/></table:table-row>'
    data = ods(f"{empty}<table:table-row>{row}{error}</table:table-row>{far}")
    [sheet] = read_tables(data, "x.ods")
    assert [(line, cells) for line, cells in sheet if any(cells)] == [(3, ["姓名", 36.5, CellError("Err:502")])]


@pytest.mark.parametrize(
    "repeated", ['table:number-columns-repeated="1000"', 'table:number-columns-repeated="99999999999"']
)
def test_an_ods_that_repeats_itself_without_end_is_refused(repeated: str) -> None:
    cell = f'<table:table-cell office:value-type="string" {repeated}><text:p>x</text:p></table:table-cell>'
    code = refused(ods(f'<table:table-row table:number-rows-repeated="1000000">{cell}</table:table-row>'), "x.ods")
    assert code in ("tables.too_large", "tables.damaged")


def test_an_ods_with_a_password_is_told_apart() -> None:
    assert refused(ods("", "<manifest:encryption-data/>"), "x.ods") == "tables.encrypted"


@pytest.mark.parametrize(("row", "column"), [(1_048_575, 16_383), (0, 16_383), (300_000, 0), (199_999, 100)])
def test_a_stray_cell_far_out_does_not_take_the_memory(workbook: Make, row: int, column: int) -> None:
    def fill(book: Any, sheet: Any) -> None:
        sheet.write_string(0, 0, "a")
        sheet.write_string(row, column, "b")

    assert refused(workbook(fill)) == "tables.too_large"


def test_formatting_far_out_does_no_harm(workbook: Make) -> None:
    def fill(book: Any, sheet: Any) -> None:
        sheet.write_string(0, 0, "a")
        sheet.write_blank(1_048_575, 16_383, None, book.add_format({"bold": True}))

    [sheet] = read_tables(workbook(fill), "x.xlsx")
    assert list(sheet) == [(1, ["a"])]


def test_a_zip_bomb_is_refused_before_it_unfolds(workbook: Make) -> None:
    data = workbook(fill_values)
    bomb = repacked(data, lambda name, body: body + b" " * 50_000_000 if name.endswith("sheet1.xml") else body)
    assert len(bomb) < 200_000
    assert refused(bomb) == "tables.too_large"
    assert refused(data, limits=Limits(inflated_bytes=1000)) == "tables.too_large"
    assert refused(data, limits=Limits(entries=3)) == "tables.too_large"
    assert refused(data, limits=Limits(file_bytes=100)) == "tables.too_large"


def test_a_zip_that_lies_about_its_sizes_is_not_believed(workbook: Make) -> None:
    data = repacked(
        workbook(fill_values), lambda name, body: body + b" " * 50_000_000 if name.endswith("sheet1.xml") else body
    )
    with zipfile.ZipFile(io.BytesIO(data)) as container:
        true_size = next(entry.file_size for entry in container.infolist() if entry.filename.endswith("sheet1.xml"))
    lying = data.replace(true_size.to_bytes(4, "little"), (2000).to_bytes(4, "little"))
    assert lying != data
    assert refused(lying) == "tables.damaged"


@pytest.mark.parametrize(
    "inserted",
    [b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>', b"<!DOCTYPE x>"],
)
def test_an_xml_bomb_is_refused(workbook: Make, inserted: bytes) -> None:
    def change(name: str, body: bytes) -> bytes:
        return body.replace(b"?>", b"?>" + inserted, 1) if name.endswith("sheet1.xml") else body

    assert refused(repacked(workbook(fill_values), change)) == "tables.damaged"


def test_a_file_cut_off_anywhere_is_called_damaged(workbook: Make) -> None:
    data = workbook(fill_values)
    for size in (4, 30, 500, len(data) // 2, len(data) - 30):
        assert refused(data[:size]) == "tables.damaged"


def test_a_byte_gone_wrong_is_called_damaged_or_changes_nothing_else(workbook: Make) -> None:
    data = workbook(fill_values)
    for place in range(0, len(data), 37):
        broken = data[:place] + bytes([data[place] ^ 0xFF]) + data[place + 1 :]
        try:
            for sheet in read_tables(broken, "x.xlsx"):
                list(sheet)
        except Unreadable:
            continue


def test_a_password_has_its_own_words(ole: Ole) -> None:
    data = ole({"EncryptedPackage": b"\x01" * 5000, "EncryptionInfo": b"\x04\x00\x04\x00"})
    assert refused(data) == "tables.encrypted"
    protected = b"\x09\x08\x10\x00\x00\x06\x05\x00" + b"\0" * 12 + b"\x2f\x00\x06\x00" + b"\x01" * 6
    assert refused(ole({"Workbook": protected}), "x.xls") == "tables.encrypted"
    assert refused(ole({"WordDocument": b"x"}), "x.doc") == "tables.damaged"


def test_other_files_are_told_apart(workbook: Make) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as container:
        container.writestr("word/document.xml", "<a/>")
    assert refused(out.getvalue(), "x.docx") == "tables.not_a_table"
    assert refused(b"%PDF-1.7\n\x00\x01\x02", "x.pdf") == "tables.not_a_table"
    assert refused(b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR", "x.png") in ("tables.not_a_table", "tables.encoding")
    for empty in (b"", b" \r\n ", codecs.BOM_UTF8, b"\0\0\0"):
        assert refused(empty, "x.csv") == "tables.empty"


def test_a_path_is_read_like_its_bytes(workbook: Make, tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    path.write_bytes(workbook(fill_values))
    [sheet] = read_tables(path, path.name)
    assert len(list(sheet)) == 5
    with pytest.raises(Unreadable):
        read_tables(path, path.name, limits=Limits(file_bytes=10))
