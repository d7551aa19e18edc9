"""A town for each test, and what the sample files must give."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from common.testing.system import EmbeddedSystem
from screening.service import service
from tests.integration.screening_registers.support import SAMPLES, Town


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    system = EmbeddedSystem(tmp_path, [service])
    yield Town(system)
    system.close()


@pytest.fixture(scope="session")
def expected() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((SAMPLES / "expected.json").read_text(encoding="utf-8"))
    return found
