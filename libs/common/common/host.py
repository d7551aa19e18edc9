"""A service at home in a process: its engines, clock and settings, and the wrapper that runs its use cases."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, TypeVar

import structlog
from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from common.caller import Caller
from common.clock import Clock
from common.data.engine import is_sqlite, make_engine, writer_lock
from common.data.session import open_session
from common.errors import SizaoError, Unavailable
from common.observe.metrics import USECASE_SECONDS, usecase_outcome
from common.observe.trace import current_traceparent
from common.observe.tracing import span
from common.op import Op
from common.service import Service
from common.settings import Settings

log = structlog.get_logger()
R = TypeVar("R")
ATTEMPTS = 4


class Host:
    """One service in one process."""

    def __init__(self, service: Service, settings: Settings, clock: Clock) -> None:
        self.service = service
        self.settings = settings
        self.clock = clock
        self.engine = make_engine(settings.database_url(service.name))
        system_url = settings.system_database_url(service.name)
        self.system_engine = self.engine if system_url is None else make_engine(system_url, pool_size=5)
        self.wake: Callable[[], None] = lambda: None
        """Called after a commit that wrote events; the embedded runtime sets it to wake its deliverer."""

    def run(self, function: Callable[..., R], caller: Caller, sites: Iterable[str] | None, **arguments: Any) -> R:
        """Runs a use case in a transaction of its own and returns what it returns.

        A transaction that lost to another (deadlock, serialization, the same unique row) is run again, so a use case
        has no effect outside its session but `op.after_commit`. Raises Unavailable when the database does not answer.
        """
        scope = None if sites is None else frozenset(sites)
        return self._attempts(function, caller, scope, arguments, positional=())

    def run_system(self, function: Callable[..., R], caller: Caller, *positional: Any, **arguments: Any) -> R:
        """Runs a function over every site, as the role that relay and duties have."""
        return self._attempts(function, caller, None, arguments, positional)

    def _attempts(
        self,
        function: Callable[..., R],
        caller: Caller,
        scope: frozenset[str] | None,
        arguments: dict[str, Any],
        positional: tuple[Any, ...],
    ) -> R:
        name = f"{function.__module__.split('.')[0]}.{function.__name__}"
        started = time.perf_counter()
        outcome = "error"
        try:
            for attempt in range(1, ATTEMPTS + 1):
                try:
                    with span(name, service=self.service.name):
                        result = self._once(function, caller, scope, arguments, positional)
                except DBAPIError as problem:
                    if attempt < ATTEMPTS and _lost_to_another(problem):
                        time.sleep(0.02 * attempt)
                        continue
                    raise _in_words(problem) from problem
                except PoolTimeout as problem:
                    raise _away(problem) from problem
                outcome = "ok"
                return result
            raise AssertionError
        except SizaoError as refused:
            outcome = usecase_outcome(refused)
            raise
        finally:
            USECASE_SECONDS.labels(self.service.name, name, outcome).observe(time.perf_counter() - started)

    def _once(
        self,
        function: Callable[..., R],
        caller: Caller,
        scope: frozenset[str] | None,
        arguments: dict[str, Any],
        positional: tuple[Any, ...],
    ) -> R:
        engine = self.system_engine if scope is None else self.engine
        read = bool(getattr(function, "is_read", False))
        with self.turn(engine, read=read), open_session(engine, scope, read=read) as db:
            op = Op(self, db, caller, scope, self.clock.now(), traceparent=current_traceparent())
            result = function(op, *positional, **arguments)
            op.commit()
        if op.letters:
            self.wake()
        for call in op.after_commit:
            call()
        return result

    @contextmanager
    def together(self) -> Iterator[Connection]:
        """One transaction as the service's own role, for several sessions (`open_session(connection, …)`) in turn.

        Raises Unavailable when the database does not answer.
        """
        try:
            with self.turn(self.engine, read=False), self.engine.begin() as connection:
                yield connection
        except DBAPIError as problem:
            raise _in_words(problem) from problem
        except PoolTimeout as problem:
            raise _away(problem) from problem

    def answers(self) -> bool:
        """Whether the database answers now."""
        try:
            with self.engine.connect() as connection:
                connection.execute(text("SELECT 1"))
        except (DBAPIError, PoolTimeout):
            return False
        return True

    def turn(self, engine: Engine, *, read: bool) -> AbstractContextManager[Any]:
        """Waits for this process's turn to write, where the database takes one writer (SQLite)."""
        return writer_lock(engine) if is_sqlite(engine) and not read else nullcontext()

    def close(self) -> None:
        """Gives the connections back."""
        self.engine.dispose()
        if self.system_engine is not self.engine:
            self.system_engine.dispose()


def _lost_to_another(problem: DBAPIError) -> bool:
    """Serialization, deadlock, or a unique row that another wrote first: run again, the use case sees that row."""
    state = getattr(problem.orig, "sqlstate", None)
    return state in {"40001", "40P01", "23505"} or "database is locked" in str(problem.orig)


def _in_words(problem: DBAPIError) -> Exception:
    """Unavailable where the database is away or full; the problem itself where the statement is at fault."""
    text = str(problem.orig)
    if "disk is full" in text or "disk I/O error" in text or getattr(problem.orig, "sqlstate", None) == "53100":
        log.error("database.full")
        return Unavailable(
            "database.full",
            "The disk of this installation is full: nothing was stored. Free space and try again.",
            "本机磁盘已满,未保存任何内容:请清理磁盘后重试。",
            retry_after=60,
        )
    if isinstance(problem, OperationalError) or problem.connection_invalidated:
        return _away(problem.orig or problem)
    return problem


def _away(problem: BaseException) -> Unavailable:
    """No connection to the database, none free, or one that was lost."""
    log.warning("database.away", problem=type(problem).__name__)
    return Unavailable(
        "database.away",
        "The database does not answer: nothing was stored. Try again in a moment.",
        "数据库暂时无法连接,未保存任何内容:请稍后重试。",
        retry_after=5,
    )


def count_statements(engine: Engine) -> list[str]:
    """Collects the statements an engine executes from now on; tests gate on their number."""
    seen: list[str] = []

    @event.listens_for(engine, "before_cursor_execute")
    def _seen(_c: Any, _cursor: Any, statement: str, _p: Any, _ctx: Any, _many: bool) -> None:
        seen.append(statement)

    return seen


__all__ = ["Host", "Session", "count_statements"]
