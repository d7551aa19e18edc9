"""Numbers of incidents: one row a site and local year, without gaps or doubles."""

from __future__ import annotations

from typing import Any

from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from common.op import Op
from isolation.models import IncidentCounter


def upsert(op: Op, model: type[Any]) -> Any:
    """An INSERT that can say ON CONFLICT, in the dialect of the database at hand; the statement names its site."""
    insert = sqlite_insert if op.db.get_bind().dialect.name == "sqlite" else postgresql_insert
    return insert(model.__table__)


def next_place(op: Op, site: str, year: int) -> int:
    """The next place of the site's year, taken in this transaction: one that fails gives it back."""
    statement = upsert(op, IncidentCounter).values(site=site, year=year, last=1)
    table = IncidentCounter.__table__
    return int(
        op.db.execute(
            statement.on_conflict_do_update(index_elements=["site", "year"], set_={"last": table.c.last + 1}).returning(
                table.c.last
            )
        ).scalar_one()
    )
