"""Systems that hold coordination alone; other services are played by the tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from common.testing.system import EmbeddedSystem
from coordination.service import service
from tests.unit.coordination.support import opened


@pytest.fixture
def two(tmp_path: Path) -> Iterator[EmbeddedSystem]:
    """Two sites, main and branch, with nobody yet."""
    made = opened(EmbeddedSystem(tmp_path, [service]), "main", "branch")
    yield made
    made.close()
