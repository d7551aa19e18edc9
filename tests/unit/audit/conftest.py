"""A service's database with the tables of the audit and access logs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from common.audit.access import AccessLog
from common.audit.tables import AuditEntry, AuditHead, AuditParticulars
from common.data.engine import make_engine

TABLES = [table.__table__ for table in (AuditEntry, AuditParticulars, AuditHead, AccessLog)]


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = make_engine(f"sqlite:///{tmp_path / 'service.db'}")
    AuditEntry.metadata.create_all(engine, tables=TABLES)  # type: ignore[arg-type]
    yield engine
    engine.dispose()
