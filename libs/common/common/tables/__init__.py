"""Spreadsheets as offices send and want them: reading XLSX, XLS, ODS and CSV, finding headers, writing XLSX and CSV.

Pure but for reading a path that is passed in. A file that cannot be read raises `Unreadable`, whose words say how to
mend it (facts: files).
"""

from common.tables.cells import Cell, CellError, Limits, Row, Sheet, Unreadable, cell_text, is_blank
from common.tables.forms import FormFacts, day_from_filename, form_facts, is_footer
from common.tables.header import Header, find_header
from common.tables.neutral import neutralise, restore
from common.tables.reading import read_tables
from common.tables.refused import Refused, refused_rows_file
from common.tables.writing import Column, OutSheet, write_csv, write_xlsx

__all__ = [
    "Cell",
    "CellError",
    "Column",
    "FormFacts",
    "Header",
    "Limits",
    "OutSheet",
    "Refused",
    "Row",
    "Sheet",
    "Unreadable",
    "cell_text",
    "day_from_filename",
    "find_header",
    "form_facts",
    "is_blank",
    "is_footer",
    "neutralise",
    "read_tables",
    "refused_rows_file",
    "restore",
    "write_csv",
    "write_xlsx",
]
