"""Statements that make a table append-only in the database itself, for migrations to run."""

from __future__ import annotations

import re

_NAME = re.compile(r"[a-z][a-z0-9_]{0,40}")


def append_only_ddl(table: str, dialect: str, *, deletable: bool = False) -> list[str]:
    """Triggers that refuse update, delete and (on PostgreSQL) truncate of `table`.

    `dialect` is `postgresql` or `sqlite`. `deletable` is for logs that a retention rule purges: rows may go then, but
    not change. On SQLite a batch migration makes the table anew without its triggers: run these again after one.
    Raises ValueError for a name that isn't a plain one and for another dialect.
    """
    if not _NAME.fullmatch(table):
        raise ValueError(f"not a plain table name: {table!r}")
    refused = ["UPDATE"] if deletable else ["UPDATE", "DELETE"]
    if dialect == "sqlite":
        return [
            f"CREATE TRIGGER {table}_no_{what.lower()} BEFORE {what} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            for what in refused
        ]
    if dialect != "postgresql":
        raise ValueError(f"no append-only triggers for {dialect!r}")
    call = f"EXECUTE FUNCTION {table}_append_only()"
    body = f"BEGIN RAISE EXCEPTION '{table} is append-only' USING ERRCODE = 'integrity_constraint_violation'; END"
    events = " OR ".join(refused)
    return [
        f"CREATE OR REPLACE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$",
        f"CREATE TRIGGER {table}_append_only_rows BEFORE {events} ON {table} FOR EACH ROW {call}",
        f"CREATE TRIGGER {table}_append_only_all BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {call}",
    ]
