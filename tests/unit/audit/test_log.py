"""The audit log: gapless under threads, append-only in the database, provable after erasure, checkable without us."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from threading import Thread
from typing import Any
from zipfile import ZipFile

import pytest
from common.audit import chain
from common.audit.access import MINIMUM_KEPT, AccessLog, purge_access, record_access
from common.audit.ddl import append_only_ddl
from common.audit.export import export_zip
from common.audit.log import append, erase_particulars, site_head, verify_site
from common.audit.tables import AuditEntry, AuditHead, AuditParticulars
from common.data.engine import make_engine
from common.data.session import ForeignSite, open_session
from common.errors import Conflict, Invalid, Unavailable
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

NOW = datetime(2021, 3, 2, 0, 30, 0, 250, tzinfo=timezone(timedelta(hours=8)))
TABLES = [table.__table__ for table in (AuditEntry, AuditParticulars, AuditHead, AccessLog)]


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = make_engine(f"sqlite:///{tmp_path / 'service.db'}")
    AuditEntry.metadata.create_all(engine, tables=TABLES)  # type: ignore[arg-type]
    yield engine
    engine.dispose()


@contextmanager
def writing(engine: Engine, *sites: str) -> Iterator[Session]:
    with open_session(engine, sites) as session:
        yield session
        session.commit()


def sign(session: Session, site: str = "east", **changes: Any) -> AuditEntry:
    given: dict[str, Any] = {
        "at": NOW,
        "actor": "staff:1",
        "action": "register.signed",
        "subject": "register:7",
        "particulars": {"rows": 3, "reading": Decimal("37.30"), "at": NOW, "note": "赵*"},
        **changes,
    }
    return append(session, site=site, **given)


def logged(engine: Engine, count: int, site: str = "east") -> list[str]:
    """Ids of `count` new entries."""
    with writing(engine, site) as session:
        return [sign(session, site, subject=f"register:{number}").id for number in range(count)]


def tamper(engine: Engine, sql: str, **values: str) -> None:
    with engine.begin() as connection:
        connection.execute(text(sql), values)


def broken(engine: Engine, filed: dict[int, str] | None = None) -> int | None:
    with open_session(engine, {"east"}, read=True) as session:
        return verify_site(session, "east", filed).broken_at


def test_entries_chain_from_the_first_and_each_site_has_its_own(engine: Engine) -> None:
    logged(engine, 3)
    logged(engine, 2, "west")
    with open_session(engine, {"east", "west"}, read=True) as session:
        east, west = verify_site(session, "east"), verify_site(session, "west")
        assert (east.holds, east.head.position) == (True, 3)
        assert (west.holds, west.head.position) == (True, 2)
        rows = session.scalars(select(AuditEntry).where(AuditEntry.site == "east").order_by(AuditEntry.position)).all()
        assert [row.position for row in rows] == [1, 2, 3]
        assert [row.previous for row in rows] == [chain.GENESIS, rows[0].hash, rows[1].hash]
        assert rows[0].at == NOW
        assert chain.verify(rows) is None
        assert chain.verify(rows[1:]) == 1
        assert chain.verify(rows[1:], chain.Head(1, rows[0].hash)) is None
        assert verify_site(session, "north").holds
        assert site_head(session, "north") == chain.Head(0, chain.GENESIS)


def test_an_entry_goes_with_its_transaction(engine: Engine) -> None:
    logged(engine, 1)
    with open_session(engine, {"east"}) as session:
        sign(session)
        session.rollback()
    logged(engine, 1)
    with open_session(engine, {"east"}, read=True) as session:
        assert verify_site(session, "east").holds
        assert site_head(session, "east").position == 2


def test_two_threads_leave_no_gap_and_no_duplicate(engine: Engine) -> None:
    faults: list[BaseException] = []

    def work() -> None:
        try:
            for _ in range(25):
                logged(engine, 1)
        except BaseException as fault:  # noqa: BLE001 (told to the main thread)
            faults.append(fault)

    threads = [Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    with open_session(engine, {"east"}, read=True) as session:
        found = verify_site(session, "east")
        assert (found.holds, found.head.position) == (True, 50)
        assert session.scalars(select(AuditEntry.position).order_by(AuditEntry.position)).all() == [*range(1, 51)]


def test_a_session_that_is_not_open_for_the_site_cannot_append(engine: Engine) -> None:
    with open_session(engine, {"west"}) as session, pytest.raises(ForeignSite):
        sign(session, "east")


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE audit_entry SET actor = 'staff:2' WHERE position = 3",
        "UPDATE audit_entry SET at = '2021-03-01T16:30:00.000251Z' WHERE position = 3",
        "UPDATE audit_entry SET digest = '" + "0" * 64 + "' WHERE position = 3",
        "UPDATE audit_entry SET hash = '" + "0" * 64 + "' WHERE position = 3",
        "UPDATE audit_entry SET id = 'x' WHERE position = 3",
        "DELETE FROM audit_entry WHERE position = 3",
    ],
)
def test_a_changed_or_missing_entry_is_found_at_its_place(engine: Engine, sql: str) -> None:
    logged(engine, 5)
    tamper(engine, "DELETE FROM audit_particulars")
    tamper(engine, sql)
    assert broken(engine) == 3


def test_entries_cut_off_or_hidden_at_the_end_are_found(engine: Engine) -> None:
    ids = logged(engine, 4)
    with open_session(engine, {"east"}, read=True) as session:
        third = session.scalars(select(AuditEntry.hash).where(AuditEntry.position == 3)).one()
    tamper(engine, "DELETE FROM audit_particulars")
    tamper(engine, "UPDATE audit_head SET position = 3, hash = :third", third=third)
    assert broken(engine) == 4
    tamper(engine, "DELETE FROM audit_entry WHERE id = :id", id=ids[3])
    assert broken(engine) is None
    assert broken(engine, {4: "0" * 64}) == 4
    tamper(engine, "DELETE FROM audit_head")
    assert broken(engine) == 1


def test_only_a_filed_head_shows_that_a_whole_chain_was_written_anew(engine: Engine) -> None:
    logged(engine, 3)
    with open_session(engine, {"east"}, read=True) as session:
        filed = site_head(session, "east")
    assert broken(engine, {filed.position: filed.hash}) is None
    for sql in ("DELETE FROM audit_particulars", "DELETE FROM audit_entry", "DELETE FROM audit_head"):
        tamper(engine, sql)
    logged(engine, 5)
    assert broken(engine) is None
    assert broken(engine, {filed.position: filed.hash}) == 3


def test_erased_particulars_leave_the_chain_valid_and_altered_ones_are_named(engine: Engine) -> None:
    ids = logged(engine, 4)
    with writing(engine, "east") as session:
        assert erase_particulars(session, "west", ids) == 0
        assert erase_particulars(session, "east", [ids[0], "unknown"]) == 1
    with open_session(engine, {"east"}, read=True) as session:
        found = verify_site(session, "east")
        assert (found.holds, found.erased) == (True, 1)
    change = "UPDATE audit_particulars SET particulars = :text WHERE entry_id = :id"
    tamper(engine, change, text='{"rows": 4}', id=ids[1])
    tamper(engine, change, text='{"rows": 4.5}', id=ids[2])
    with open_session(engine, {"east"}, read=True) as session:
        found = verify_site(session, "east")
        assert (found.holds, found.broken_at, found.altered) == (False, None, (2, 3))


@pytest.mark.parametrize(
    "changes",
    [
        {"actor": ""},
        {"action": "x" * 101},
        {"subject": "x" * 101},
        {"at": NOW.replace(tzinfo=None)},
        {"particulars": {"reading": 37.3}},
        {"particulars": {"name": "\x00"}},
    ],
)
def test_what_cannot_be_logged_is_refused_and_leaves_nothing(engine: Engine, changes: dict[str, Any]) -> None:
    with open_session(engine, {"east"}) as session, pytest.raises(Invalid):
        sign(session, **changes)
    with open_session(engine, {"east"}, read=True) as session:
        assert site_head(session, "east").position == 0


def test_the_database_itself_refuses_to_change_the_log(engine: Engine) -> None:
    logged(engine, 1)
    for statement in append_only_ddl("audit_entry", "sqlite"):
        tamper(engine, statement)
    for sql in ("UPDATE audit_entry SET actor = 'x'", "DELETE FROM audit_entry"):
        with pytest.raises(IntegrityError, match="append-only"):
            tamper(engine, sql)
    logged(engine, 1)
    assert broken(engine) is None


def test_a_log_that_is_purged_by_rule_may_lose_rows_and_not_change_them(engine: Engine) -> None:
    with writing(engine, "east") as session:
        look(session)
    for statement in append_only_ddl("access_log", "sqlite", deletable=True):
        tamper(engine, statement)
    with pytest.raises(IntegrityError, match="append-only"):
        tamper(engine, "UPDATE access_log SET actor = 'x'")
    tamper(engine, "DELETE FROM access_log")


def test_triggers_for_postgresql_cover_rows_and_truncation_and_names_are_checked() -> None:
    made = " ; ".join(append_only_ddl("audit_entry", "postgresql"))
    assert "BEFORE UPDATE OR DELETE ON audit_entry" in made
    assert "BEFORE TRUNCATE ON audit_entry" in made
    for table, dialect in (("a; DROP TABLE b", "sqlite"), ("", "sqlite"), ("audit_entry", "mysql")):
        with pytest.raises(ValueError, match=r"table name|triggers"):
            append_only_ddl(table, dialect)


def exported(engine: Engine, folder: Path, **options: bool) -> Path:
    """The folder that the export was unpacked to."""
    path = folder / "audit.zip"
    with open_session(engine, {"east"}, read=True) as session:
        export_zip(session, "east", path, **options)
    with ZipFile(path) as archive:
        archive.extractall(folder / "audit")
    return folder / "audit"


def checked(folder: Path, *arguments: str) -> tuple[int, str]:
    done = subprocess.run(  # noqa: S603 (this interpreter and a file we just wrote)
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
    with writing(engine, "east") as session:
        erase_particulars(session, "east", ids[:1])
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


def look(session: Session, **changes: Any) -> AccessLog:
    given: dict[str, Any] = {
        "site": "east",
        "at": NOW,
        "actor": "staff:1",
        "purpose": "致电来访者",
        "subject": "visitor:1",
        "field": "phone",
        **changes,
    }
    return record_access(session, **given)


@pytest.mark.parametrize("changes", [{"purpose": " "}, {"purpose": "x" * 201}, {"actor": ""}, {"field": "x" * 101}])
def test_nobody_looks_without_saying_who_and_what_for(engine: Engine, changes: dict[str, str]) -> None:
    with open_session(engine, {"east"}) as session, pytest.raises(Invalid) as caught:
        look(session, **changes)
    assert caught.value.field in changes


def test_access_records_are_purged_after_half_a_year_and_not_before(engine: Engine) -> None:
    now = datetime(2021, 10, 1, tzinfo=UTC)
    limit = now - MINIMUM_KEPT
    with writing(engine, "east", "west") as session:
        for age in range(5):
            look(session, at=limit - timedelta(microseconds=age))
        look(session, site="west", at=limit - timedelta(days=9))
        with pytest.raises(Conflict):
            purge_access(session, "east", limit + timedelta(microseconds=1), now=now)
        assert [purge_access(session, "east", limit, now=now, limit=3) for _ in range(3)] == [3, 1, 0]
        left = session.scalars(select(AccessLog).order_by(AccessLog.at)).all()
        assert [(row.site, row.at) for row in left] == [("west", limit - timedelta(days=9)), ("east", limit)]
