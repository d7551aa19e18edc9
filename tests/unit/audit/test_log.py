"""The audit log: gapless under threads, append-only in the database, provable after erasure."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from common.audit import chain
from common.audit.ddl import append_only_ddl
from common.audit.log import append, erase_particulars, site_head, verify_site
from common.audit.tables import AuditEntry
from common.data.session import ForeignSite, open_session
from common.errors import Invalid

NOW = datetime(2021, 3, 2, 0, 30, 0, 250, tzinfo=timezone(timedelta(hours=8)))


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


def test_triggers_for_postgresql_cover_rows_and_truncation_and_names_are_checked() -> None:
    made = " ; ".join(append_only_ddl("audit_entry", "postgresql"))
    assert "BEFORE UPDATE OR DELETE ON audit_entry" in made
    assert "BEFORE TRUNCATE ON audit_entry" in made
    for table, dialect in (("a; DROP TABLE b", "sqlite"), ("", "sqlite"), ("audit_entry", "mysql")):
        with pytest.raises(ValueError, match=r"table name|triggers"):
            append_only_ddl(table, dialect)
