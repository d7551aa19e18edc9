"""Writes a migration from the difference between the models and the newest revision.

    python tools/make_migration.py common "what changes"
    python tools/make_migration.py screening "what changes"

The draft is to be read and completed: grants and row-level security are added by hand (`common.data.rls`).
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import MetaData

import common.data.migrate as migrate
from common.data.engine import make_engine
from common.data.models import COMMON_TABLES
from common.service import Service, installed_services

ROOT = Path(__file__).resolve().parents[1]


def main(name: str, message: str) -> None:
    """Writes the next revision of `common` or of a service."""
    if name == "common":
        service = Service("common", "共用", "common", tables=MetaData())
        folder = ROOT / "libs/common/common/data/migrations/versions"
        wanted, config = COMMON_TABLES, migrate.config(service, own=False)
    else:
        service = installed_services()[name]
        folder = ROOT / "services" / name / name / "migrations" / "versions"
        wanted, config = service.tables, migrate.config(service)
    folder.mkdir(parents=True, exist_ok=True)
    script = ScriptDirectory.from_config(config)
    heads = [head for head in script.get_heads() if Path(script.get_revision(head).path).parent == folder]
    number = len(list(folder.glob(f"{name}_*.py"))) + 1
    with tempfile.TemporaryDirectory() as place:
        engine = make_engine(f"sqlite:///{place}/draft.db")
        with engine.connect() as connection:
            config.attributes["connection"] = connection
            if script.get_heads():
                command.upgrade(config, "heads")
            config.attributes["only"] = set(wanted.tables)
            command.revision(
                config, message, autogenerate=True, version_path=str(folder), head=heads[0] if heads else "base",
                splice=True, branch_label=name if not heads else None, rev_id=f"{name}_{number:04d}",
            )  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
