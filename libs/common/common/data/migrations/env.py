"""Alembic's environment: runs on the connection it is given (`common.data.migrate`)."""

from __future__ import annotations

from alembic import context

from common.data.models import COMMON_TABLES

service = context.config.attributes["service"]
only = context.config.attributes.get("only")


def _wanted(_object: object, name: str | None, kind: str, _reflected: bool, _compare_to: object) -> bool:
    """When a revision is drafted for one metadata, tables of the others are left out of the comparison."""
    return only is None or kind != "table" or name in only


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=[COMMON_TABLES, service.tables],
    include_object=_wanted,
    compare_type=True,
    user_module_prefix="types.",
    render_as_batch=True,
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
