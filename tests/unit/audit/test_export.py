"""The exported log: checked by anybody who has Python, and it finds what was changed."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from sqlalchemy import Engine

from common.audit.export import export_zip
from common.audit.log import append, erase_particulars, site_head
from common.data.session import open_session
from common.errors import Conflict, Unavailable

NOW = datetime(2021, 3, 2, 0, 30, 0, 250, tzinfo=timezone(timedelta(hours=8)))


def logged(engine: Engine, count: int) -> list[str]:
    """Ids of `count` new entries."""
    with open_session(engine, {"east"}) as session:
        entries = [
            append(
                session,
                site="east",
                at=NOW,
                actor="staff:1",
                action="register.signed",
                subject=f"register:{number}",
                particulars={"rows": 3, "reading": Decimal("37.30"), "note": "赵*"},
            )
            for number in range(count)
        ]
        session.commit()
        return [entry.id for entry in entries]


def exported(engine: Engine, folder: Path, **options: bool) -> Path:
    """The folder that the export was unpacked to."""
    path = folder / "audit.zip"
    with open_session(engine, {"east"}, read=True) as session:
        export_zip(session, "east", path, **options)
    with ZipFile(path) as archive:
        archive.extractall(folder / "audit")
    return folder / "audit"


def checked(folder: Path, *arguments: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-I", str(folder / "verify.py"), *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_an_export_is_checked_with_nothing_but_python(engine: Engine, tmp_path: Path) -> None:
    logged(engine, 4)
    folder = exported(engine, tmp_path)
    with open_session(engine, {"east"}, read=True) as session:
        head = site_head(session, "east")
    assert not (folder / "particulars.jsonl").exists()
    code, said = checked(folder)
    assert code == 0, said
    assert head.hash in said
    assert "site east: 4 entries hold" in said
    assert checked(folder, str(folder))[0] == 0
    assert checked(folder, str(tmp_path))[0] == 2


def test_an_empty_chain_is_exported_too(engine: Engine, tmp_path: Path) -> None:
    assert checked(exported(engine, tmp_path))[0] == 0


def _changed(line: dict[str, Any], **changes: Any) -> str:
    return json.dumps({**line, **changes}, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def test_the_checker_finds_a_tampered_line(engine: Engine, tmp_path: Path) -> None:
    logged(engine, 4)
    folder = exported(engine, tmp_path)
    file = folder / "entries.jsonl"
    lines = file.read_text(encoding="utf-8").splitlines()
    second = json.loads(lines[1])
    for wrong, place in (
        ([lines[0], _changed(second, actor="staff:9"), *lines[2:]], "position 2"),
        ([lines[0], lines[1].replace('"actor"', '"actor":"staff:9","actor"'), *lines[2:]], "position 2"),
        ([lines[0], _changed(second, hash="0" * 64), *lines[2:]], "position 2"),
        ([lines[0], "{", *lines[2:]], "position 2"),
        ([lines[0], *lines[2:]], "position 2"),
        ([lines[1], lines[0], *lines[2:]], "position 1"),
        ([*lines[:3], lines[2], lines[3]], "position 4"),
        (lines[:3], "head.json"),
        ([], "head.json"),
    ):
        file.write_text("".join(f"{line}\n" for line in wrong), encoding="utf-8")
        code, said = checked(folder)
        assert code == 1, (place, said)
        assert "BROKEN" in said
        assert place in said


def test_particulars_are_exported_when_asked_for_and_checked_too(engine: Engine, tmp_path: Path) -> None:
    ids = logged(engine, 3)
    with open_session(engine, {"east"}) as session:
        erase_particulars(session, "east", ids[:1])
        session.commit()
    folder = exported(engine, tmp_path, particulars=True)
    assert "2 particulars checked" in checked(folder)[1]
    file = folder / "particulars.jsonl"
    content = file.read_text(encoding="utf-8")
    assert '"reading":"37.3"' in content
    file.write_text(content.replace('"rows":3', '"rows":4', 1), encoding="utf-8")
    code, said = checked(folder)
    assert code == 1
    assert "particulars.jsonl, line 1" in said


def test_an_export_overwrites_nothing_and_leaves_nothing_half_done(engine: Engine, tmp_path: Path) -> None:
    target = tmp_path / "there.zip"
    target.write_bytes(b"mine")
    with open_session(engine, {"east"}, read=True) as session:
        with pytest.raises(Conflict):
            export_zip(session, "east", target)
        with pytest.raises(Unavailable):
            export_zip(session, "east", tmp_path / "no" / "audit.zip")
    assert target.read_bytes() == b"mine"
