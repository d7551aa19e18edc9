"""Files that the API and the pages hand out."""

from __future__ import annotations

from flask import Response

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def xlsx(data: bytes, name: str) -> Response:
    """A workbook to download."""
    return Response(data, mimetype=XLSX, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def zip_file(data: bytes, site: str) -> Response:
    """A ZIP to download."""
    headers = {"Content-Disposition": f'attachment; filename="audit-coordination-{site}.zip"'}
    return Response(data, mimetype="application/zip", headers=headers)
