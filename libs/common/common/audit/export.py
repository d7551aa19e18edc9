"""The audit log as a ZIP that anybody can check with nothing but Python."""

from __future__ import annotations

import os
import tempfile
from importlib import resources
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from sqlalchemy.orm import Session

from common.audit.canonical import canonical
from common.audit.chain import Head, content
from common.audit.log import entries, site_head
from common.errors import Conflict, Unavailable

README = """Audit log of one service and site.

entries.jsonl      one entry a line, in order; its hash covers the hash before it
head.json          where the chain ends
particulars.jsonl  what was logged with each entry and its salt (only if it was asked for; erased ones are absent)
verify.py          checks all of it:  python3 -I verify.py

Compare the head that it prints with one that was filed on paper or elsewhere: only that shows that the whole chain was
not written anew.
"""


def export_zip(session: Session, site: str, path: Path, *, particulars: bool = False) -> Head:
    """Writes the site's chain to a new ZIP at `path`, whole or not at all, and returns its head.

    Particulars are left out unless asked for (least data). Raises Conflict if there is a file already, Unavailable if
    it can't be written.
    """
    if os.path.lexists(path):
        raise Conflict(
            "audit.export_exists",
            "There is a file at {path} already: choose another name.",
            "{path} 已存在:请换一个文件名。",
            path=path,
        )
    temporary: str | None = None
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "wb") as file, ZipFile(file, "w", ZIP_DEFLATED) as archive:
            head = _write(session, site, archive, particulars)
        os.replace(temporary, path)
    except OSError as error:
        raise Unavailable(
            "audit.export_unwritable",
            "The audit log can't be written to {path}: {reason}.",
            "无法将审计日志写入 {path}:{reason}。",
            path=path,
            reason=error.strerror or type(error).__name__,
        ) from None
    finally:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)
    return head


def _write(session: Session, site: str, archive: ZipFile, particulars: bool) -> Head:
    head = site_head(session, site)
    with archive.open(_member("entries.jsonl"), "w") as file:
        for row in entries(session, site, head.position):
            file.write(canonical({**content(row), "previous": row.previous, "hash": row.hash}) + b"\n")
    if particulars:
        with archive.open(_member("particulars.jsonl"), "w") as file:
            for row in entries(session, site, head.position):
                if row.salt is not None:
                    opened = {"entry": row.id, "salt": bytes(row.salt).hex(), "particulars": row.particulars}
                    file.write(canonical(opened) + b"\n")
    archive.writestr(
        _member("head.json"), canonical({"site": site, "position": head.position, "hash": head.hash}) + b"\n"
    )
    checker = resources.files("common.audit").joinpath("standalone.py").read_text(encoding="utf-8")
    archive.writestr(_member("verify.py"), checker)
    archive.writestr(_member("README.txt"), README)
    return head


def _member(name: str) -> ZipInfo:
    """A member with a fixed date, so that equal logs give equal files."""
    member = ZipInfo(name, date_time=(2000, 1, 1, 0, 0, 0))
    member.compress_type = ZIP_DEFLATED
    member.external_attr = 0o600 << 16
    return member
