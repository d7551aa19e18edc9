"""Opening a ZIP container (XLSX, ODS) that a stranger made.

The parts are inflated here, within limits, and packed anew without compression; the spreadsheet reader gets that copy
and so never sees a part that was not measured, whatever the directory of the original claims.
"""

from __future__ import annotations

import io
import zipfile
import zlib

from common.tables.cells import Limits, Unreadable

_CHUNK = 2**20
_ENCRYPTED = 0x1
# Pictures and the like: never read, so never inflated.
_SKIPPED = ("xl/media/", "xl/embeddings/", "xl/printerSettings/", "xl/drawings/", "Pictures/", "Thumbnails/", "Object ")


def parts_of(data: bytes, limits: Limits) -> dict[str, bytes]:
    """The parts that matter, by name. Raises Unreadable `tables.damaged`, `.too_large`, `.encrypted`."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as container:
            entries = container.infolist()
            if len(entries) > limits.entries:
                raise too_large()
            return _inflate(container, entries, limits)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError):
        raise damaged() from None


def _inflate(container: zipfile.ZipFile, entries: list[zipfile.ZipInfo], limits: Limits) -> dict[str, bytes]:
    parts: dict[str, bytes] = {}
    total = 0
    for entry in entries:
        if entry.is_dir() or entry.filename.startswith(_SKIPPED):
            continue
        if entry.flag_bits & _ENCRYPTED:
            raise encrypted()
        body = bytearray()
        with container.open(entry) as stream:
            while chunk := stream.read(_CHUNK):
                body += chunk
                total += len(chunk)
                if total > limits.inflated_bytes:
                    raise too_large()
                if len(body) > _CHUNK and len(body) > limits.ratio * max(entry.compress_size, 1):
                    raise too_large()
        if entry.filename in parts:
            raise damaged()
        parts[entry.filename] = bytes(body)
    return parts


def packed(parts: dict[str, bytes]) -> io.BytesIO:
    """The parts in a new container, stored without compression."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as container:
        for name, body in parts.items():
            container.writestr(zipfile.ZipInfo(name), body)
    out.seek(0)
    return out


def damaged() -> Unreadable:
    """The error for a file that is cut off or broken."""
    return Unreadable(
        "tables.damaged",
        "The file is damaged or cut off. Open it in the spreadsheet program, save it as .xlsx and send it again.",
        "文件已损坏或不完整。请用表格软件打开，另存为 .xlsx 后重新上传。",
    )


def encrypted() -> Unreadable:
    """The error for a file that is protected by a password."""
    return Unreadable(
        "tables.encrypted",
        "The file is protected by a password. Remove the password in the spreadsheet program and send it again.",
        "文件设有打开密码。请在表格软件中取消密码后重新上传。",
    )


def too_large() -> Unreadable:
    """The error for a file that holds more than the limits allow."""
    return Unreadable(
        "tables.too_large",
        "The file holds more than is taken at once. Delete what is not part of the table (stray cells far right or far "
        "below, other sheets, pictures), or send it in parts.",
        "文件内容超过一次可接收的上限。请删除表格以外的内容（右侧或下方远处的单元格、其他工作表、图片），或分批上传。",
    )
