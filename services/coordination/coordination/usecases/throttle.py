"""Attempts are counted in the database, so that the count is one for all processes."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import case, delete, literal, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from common.op import Op
from common.secrets.blind import blind_index
from common.secrets.current import get_keyring
from coordination.models import Throttle

WINDOW = timedelta(minutes=15)
PER_LOGIN = 10
PER_ADDRESS = 100
"""Failures a window. An office often leaves by one address, so that limit is wide; one login's is narrow."""


def throttle_key(purpose: str, value: str) -> str:
    """The key of a counter: a keyed digest, since logins and addresses are personal."""
    return blind_index(get_keyring().index_key, f"coordination.throttle.{purpose}", value or "-", None).hex()


def count_attempt(op: Op, key: str) -> tuple[int, int]:
    """Counts an attempt before it is judged; returns how many the window has and the seconds until it ends."""
    insert = sqlite_insert if op.db.get_bind().dialect.name == "sqlite" else postgresql_insert
    ended = Throttle.window_from <= op.now - WINDOW
    now = literal(op.now, Throttle.window_from.type)
    statement = insert(Throttle).values(key=key, window_from=op.now, count=1)
    statement = statement.on_conflict_do_update(
        index_elements=[Throttle.key],
        set_={
            "count": case((ended, 1), else_=Throttle.count + 1),
            "window_from": case((ended, now), else_=Throttle.window_from),
        },
    )
    row = op.db.execute(statement.returning(Throttle.count, Throttle.window_from)).one()
    return row[0], max(1, int((row[1] + WINDOW - op.now).total_seconds()) + 1)


def forgive(op: Op, login_key: str, address_key: str) -> None:
    """A good attempt: the login starts anew, the address gets its attempt back."""
    op.db.execute(delete(Throttle).where(Throttle.key == login_key))
    op.db.execute(
        update(Throttle).where(Throttle.key == address_key, Throttle.count > 0).values(count=Throttle.count - 1)
    )


def forget_old_windows(op: Op) -> None:
    """Deletes counters whose window is over."""
    op.db.execute(delete(Throttle).where(Throttle.window_from <= op.now - WINDOW))
