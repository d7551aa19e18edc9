"""Row-level security on PostgreSQL, as statements for migrations.

A service connects as a role that owns nothing and is bound by the site set of its transaction (`sizao.sites`, a comma
list; empty shows nothing). A second role, for relay and duties, sees every site. Both are members of group roles
whose names are the same in every installation, so that migrations can grant to them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

APP_ROLE = "sizao_app"
SYSTEM_ROLE = "sizao_system"
IN_SET = "site = ANY (string_to_array(current_setting('sizao.sites', true), ','))"


def group_roles_ddl() -> list[str]:
    """Creates the two group roles if they are not there; for whoever provisions the server."""
    return [
        f"DO $$ BEGIN CREATE ROLE {role} NOLOGIN; "
        f"EXCEPTION WHEN duplicate_object THEN NULL; WHEN unique_violation THEN NULL; END $$"
        for role in (APP_ROLE, SYSTEM_ROLE)
    ]


def scoped_table_ddl(table: str) -> list[str]:
    """Grants on a table of site-scoped rows and the two policies that wall it."""
    return [
        *plain_table_ddl(table),
        f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY',
        f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY',
        f'CREATE POLICY {table}_sites ON "{table}" TO {APP_ROLE} USING ({IN_SET}) WITH CHECK ({IN_SET})',
        f'CREATE POLICY {table}_every ON "{table}" TO {SYSTEM_ROLE} USING (true) WITH CHECK (true)',
    ]


def plain_table_ddl(table: str) -> list[str]:
    """Grants on a table whose rows belong to no site."""
    return [f'GRANT SELECT, INSERT, UPDATE, DELETE ON "{table}" TO {APP_ROLE}, {SYSTEM_ROLE}']


def wall(op: Any, *, scoped: Iterable[str] = (), plain: Iterable[str] = (), sequences: Iterable[str] = ()) -> None:
    """For migrations: grants and policies of new tables on PostgreSQL; SQLite has no roles."""
    if op.get_bind().dialect.name != "postgresql":
        return
    for table in scoped:
        for statement in scoped_table_ddl(table):
            op.execute(statement)
    for table in plain:
        for statement in plain_table_ddl(table):
            op.execute(statement)
    for sequence in sequences:
        op.execute(f'GRANT USAGE ON SEQUENCE "{sequence}" TO {APP_ROLE}, {SYSTEM_ROLE}')
