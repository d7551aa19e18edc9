"""Moving an encrypted column to the current key after a rotation, in short transactions while the system runs."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, LargeBinary, Table, select, type_coerce, update
from sqlalchemy.orm import Session

from common.data.types import Encrypted
from common.secrets.current import get_keyring


def reencrypt_batch(
    session: Session, table: Table, column: str, *, after: Any | None = None, limit: int = 500
) -> tuple[int, Any | None]:
    """Puts up to `limit` rows after the primary key `after` under the current key.

    Returns how many were rewritten and the key to go on after, `None` at the end. The caller commits between batches.
    A value that somebody changes meanwhile is left as they wrote it. Raises TypeError for a column that isn't
    encrypted or a table whose primary key isn't one column.
    """
    target: Column[Any] = table.c[column]
    if not isinstance(target.type, Encrypted) or len(table.primary_key.columns) != 1:
        raise TypeError(f"{table.name}.{column} is not an encrypted column of a table with a one-column primary key")
    ring, aad = get_keyring(), target.type.aad
    key = next(iter(table.primary_key.columns))
    raw = type_coerce(target, LargeBinary)
    wanted = select(key, raw.label("envelope")).order_by(key).limit(limit)
    rows = session.execute(wanted if after is None else wanted.where(key > after)).all()
    done = 0
    for ident, envelope in rows:
        if envelope is None or ring.is_current(bytes(envelope)):
            continue
        made = type_coerce(ring.reencrypt(bytes(envelope), aad), LargeBinary)
        changed = session.execute(
            update(table).where(key == ident, raw == envelope).values({target: made}).returning(key)
        )
        done += len(changed.all())
    return done, rows[-1][0] if len(rows) == limit else None
