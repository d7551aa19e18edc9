"""Engines for the two databases: PostgreSQL in production, SQLite (WAL) embedded."""

from __future__ import annotations

import threading
import time
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.pool import ConnectionPoolEntry, NullPool

SQLITE_BUSY_MS = 15_000
READ_ONLY = "sizao_read"
IDLE_SECONDS = 1.0
"""A connection that was used this recently is taken to be alive."""


def make_engine(url: str, *, pool_size: int = 10) -> Engine:
    """An engine for `url`; `pool_size` connections are kept and as many again may be opened under load.

    Its errors never repeat bound values, which may be personal data.

    On SQLite each transaction begins as `BEGIN IMMEDIATE`, unless its connection has the execution option
    `sizao_read`: a writer then waits for its turn at the start and never fails in the middle. Errors and logs
    show no values of a statement, which may be personal.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite(url)
    engine = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_timeout=5,
        pool_recycle=1800,
        hide_parameters=True,
        connect_args={"connect_timeout": 3, "options": "-c statement_timeout=30000 -c lock_timeout=10000"},
    )
    _ask_idle_connections(engine)
    return engine


def _ask_idle_connections(engine: Engine) -> None:
    """Asks a connection that was idle for a while whether it still lives, before it is used.

    (SQLAlchemy's own `pool_pre_ping` asks each time: under load two more round trips of every request.)
    """
    dialect = engine.dialect

    @event.listens_for(engine, "checkin")
    def _on_checkin(_connection: Any, record: ConnectionPoolEntry) -> None:
        record.info["sizao_idle_since"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def _on_checkout(connection: Any, record: ConnectionPoolEntry, _proxy: Any) -> None:
        if time.monotonic() - record.info.get("sizao_idle_since", time.monotonic()) < IDLE_SECONDS:
            return
        try:
            dialect.do_ping(connection)
        except Exception as gone:
            raise InvalidatePoolError from gone


def direct_engine(url: str) -> Engine:
    """An engine without a pool for PostgreSQL, whose connections may hold a lock for their session.

    The server notices within half a minute that such a session's machine is gone, and frees its locks.
    """
    return create_engine(
        url,
        poolclass=NullPool,
        hide_parameters=True,
        connect_args={
            "connect_timeout": 3,
            "options": "-c statement_timeout=30000 -c lock_timeout=10000 -c tcp_keepalives_idle=10 "
            "-c tcp_keepalives_interval=5 -c tcp_keepalives_count=3",
            "keepalives_idle": 10,
            "keepalives_interval": 5,
            "keepalives_count": 3,
        },
    )


def _sqlite(url: str) -> Engine:
    engine = create_engine(
        url, hide_parameters=True, connect_args={"timeout": SQLITE_BUSY_MS / 1000, "check_same_thread": False}
    )

    @event.listens_for(engine, "connect")
    def _on_connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={SQLITE_BUSY_MS}"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _on_begin(connection: Any) -> None:
        reading = connection.get_execution_options().get(READ_ONLY, False)
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

    return engine


_writers: dict[str, threading.Lock] = {}
_writers_guard = threading.Lock()


def writer_lock(engine: Engine) -> threading.Lock:
    """The lock that writers of one SQLite file in this process queue on, in order, instead of polling the file."""
    with _writers_guard:
        return _writers.setdefault(str(engine.url), threading.Lock())


def is_sqlite(engine: Engine | Connection) -> bool:
    """Whether the engine speaks to SQLite."""
    return engine.dialect.name == "sqlite"
