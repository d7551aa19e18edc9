"""Systems that hold coordination alone; other services are played by the tests."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from common.secrets.current import set_keyring
from common.secrets.keyring import KeyRing
from common.testing.system import EmbeddedSystem
from coordination.service import service
from tests.unit.coordination.support import Trial, opened


@pytest.fixture
def two(tmp_path: Path) -> Iterator[EmbeddedSystem]:
    """Two sites, main and branch, with nobody yet."""
    made = opened(EmbeddedSystem(tmp_path, [service]), "main", "branch")
    yield made
    made.close()


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[dict[str, Any]]]:
    """A folder with a filled trial, to be copied: filling it hashes forty passwords."""
    folder = tmp_path_factory.mktemp("trial")
    made = EmbeddedSystem(folder, [service])
    assert service.seed is not None
    accounts = service.seed(made.hosts["coordination"])
    assert isinstance(accounts, list)
    made.settle()
    made.close()
    with sqlite3.connect(folder / "coordination.db") as database:
        # Each system brings a key of its own for the sessions that tests make.
        database.execute("DELETE FROM key_copy WHERE kid = 'test-key'")
    database.close()
    return folder, accounts


@pytest.fixture
def trial(tmp_path: Path, seeded: tuple[Path, list[dict[str, Any]]]) -> Iterator[Trial]:
    """The trial as it was filled."""
    folder, accounts = seeded
    shutil.copy(folder / "coordination.db", tmp_path)
    made = EmbeddedSystem(tmp_path, [service])
    set_keyring(KeyRing.load(folder / "keyring.json"))
    yield Trial(made, accounts)
    made.close()
