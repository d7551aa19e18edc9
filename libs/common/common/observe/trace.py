"""The trace context that a request, an event and a log line share: W3C `traceparent`."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_current: ContextVar[str | None] = ContextVar("sizao_traceparent", default=None)
_SHAPE = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}")


def current_traceparent() -> str | None:
    """The trace context of what is being done now."""
    return _current.get()


def begin_trace(incoming: str | None = None) -> str:
    """Goes on with an incoming trace, with a span of our own, or begins a new one; returns its traceparent."""
    found = _SHAPE.fullmatch(incoming or "")
    trace = found.group(1) if found else secrets.token_hex(16)
    made = f"00-{trace}-{secrets.token_hex(8)}-01"
    _current.set(made)
    return made


@contextmanager
def use_traceparent(value: str) -> Iterator[None]:
    """Makes this the trace context of what is done inside."""
    token = _current.set(value)
    try:
        yield
    finally:
        _current.reset(token)


def trace_id() -> str | None:
    """The 32-digit trace id for log lines and problem answers."""
    value = _current.get()
    return value.split("-")[1] if value else None
