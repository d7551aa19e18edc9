"""Files that are answered to be saved."""

from __future__ import annotations

from urllib.parse import quote

from flask import Response

TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}


def file_answer(name: str, content: bytes) -> Response:
    """A table file to save."""
    made = Response(content, mimetype=TYPES[name.rpartition(".")[2]])
    made.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return made
