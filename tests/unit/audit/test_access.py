"""The access log: nobody looks unnamed, and records stay as long as the law says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from common.audit.access import MINIMUM_KEPT, AccessLog, purge_access, record_access
from common.audit.ddl import append_only_ddl
from common.data.session import open_session
from common.errors import Conflict, Invalid

NOW = datetime(2021, 3, 2, 0, 30, 0, 250, tzinfo=timezone(timedelta(hours=8)))


@contextmanager
def writing(engine: Engine, *sites: str) -> Iterator[Session]:
    with open_session(engine, sites) as session:
        yield session
        session.commit()


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


def test_a_log_that_is_purged_by_rule_may_lose_rows_and_not_change_them(engine: Engine) -> None:
    with writing(engine, "east") as session:
        look(session)
    for statement in append_only_ddl("access_log", "sqlite", deletable=True):
        change(engine, statement)
    with pytest.raises(IntegrityError, match="append-only"):
        change(engine, "UPDATE access_log SET actor = 'x'")
    change(engine, "DELETE FROM access_log")


def change(engine: Engine, sql: str) -> None:
    with engine.begin() as connection:
        connection.execute(text(sql))
