"""The site's turn to change alerts, and the lines of an alert's history."""

from __future__ import annotations

from typing import Any

from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from common.ids import new_id
from common.op import Op
from notify.models import Alert, AlertEntry, ChangeCounter


def take_turn(op: Op, site: str) -> int:
    """Waits for the site's turn to change alerts and returns the change stamp of this transaction.

    Whatever is read afterwards is as the last one left it, and stamps become visible in their order.
    """
    insert = sqlite_insert if op.db.get_bind().dialect.name == "sqlite" else postgresql_insert
    table = ChangeCounter.__table__
    statement = (
        insert(ChangeCounter)
        .values(code=site, value=1)
        .on_conflict_do_update(index_elements=[table.c.code], set_={"value": table.c.value + 1})
        .returning(table.c.value)
    )
    return int(op.db.execute(statement).scalar_one())


def add_history(op: Op, alert: Alert, what: str, *, by_name: str | None = None, **details: Any) -> None:
    """Adds a line to the alert's history; `details` hold texts and whole numbers, never a person's particulars."""
    op.db.add(
        AlertEntry(
            id=new_id(), site=alert.site, alert_id=alert.id, at=op.now, what=what, by_ref=op.caller.id,
            by_name=by_name, details=details,
        )
    )  # fmt: skip
