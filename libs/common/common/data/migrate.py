"""Alembic migrations: the tables of `libs/common` and a service's own are two lines of revisions in one database."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.pool import NullPool

from common.data.engine import is_sqlite, make_engine

if TYPE_CHECKING:
    from common.service import Service

MIGRATION_LOCK = 0x53495A414F
"""The advisory lock that only one migration of a database holds."""


def config(service: Service, *, own: bool = True) -> Config:
    """Alembic's configuration for a service, without any file; `own=False` leaves the tables of `libs/common` alone."""
    here = Path(str(resources.files("common.data").joinpath("migrations")))
    places = [here / "versions"]
    if own and service.extra.get("migrations", True):
        folder = Path(str(resources.files(service.name).joinpath("migrations", "versions")))
        if folder.is_dir():
            places.append(folder)
    made = Config()
    made.set_main_option("script_location", str(here))
    made.set_main_option("path_separator", "newline")
    made.set_main_option("version_locations", "\n".join(str(place) for place in places))
    made.attributes["service"] = service
    return made


def upgrade(service: Service, url: str) -> None:
    """Brings the database at `url` to the newest revision; safe to call from several processes at once."""
    engine = make_engine(url) if url.startswith("sqlite") else create_engine(url, poolclass=NullPool)
    try:
        with engine.connect() as connection:
            if not is_sqlite(engine):
                connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": MIGRATION_LOCK})
                connection.commit()
            made = config(service)
            made.attributes["connection"] = connection
            command.upgrade(made, "heads")
            connection.commit()
            if not is_sqlite(engine):
                connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": MIGRATION_LOCK})
                connection.commit()
    finally:
        engine.dispose()


def revision_problem(service: Service, engine: Engine) -> str | None:
    """What is wrong with the database's revision for this code, in words; `None` if it fits."""
    wanted = set(ScriptDirectory.from_config(config(service)).get_heads())
    with engine.connect() as connection:
        found = set(MigrationContext.configure(connection).get_current_heads())
    if found == wanted:
        return None
    return (
        f"the database of {service.name} is at revision {sorted(found) or 'none'}, this code needs {sorted(wanted)}: "
        f"run 'sizao migrate {service.name}'"
    )
