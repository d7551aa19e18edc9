"""The commands on registers, as an operator types them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from common.cli import main
from common.roles import Role
from common.secrets.current import set_keyring
from common.secrets.keyring import KeyRing
from tests.integration.screening_registers.support import IMPORTS, REGISTERS, SAMPLES, Town

Sizao = Callable[..., Result]


@pytest.fixture
def sizao(town: Town, monkeypatch: pytest.MonkeyPatch) -> Sizao:
    """Runs `sizao … --json` on the town's data folder."""
    monkeypatch.setenv("SIZAO_DATA", str(town.system.settings.data))

    def run(*arguments: str) -> Result:
        try:
            return CliRunner().invoke(main, [*arguments, "--json"], catch_exceptions=False)
        finally:
            set_keyring(KeyRing.load(town.system.settings.keyring_path))

    return run


def test_a_list_is_imported_as_over_http(town: Town, sizao: Sizao, tmp_path: Path, expected: dict[str, Any]) -> None:
    file = str(SAMPLES / "broken.xlsx")
    dry = sizao("register", "import", file, "--site", "main", "--entrance", "main", "--dry-run")
    refused = tmp_path / "refused.xlsx"
    result = sizao("register", "import", file, "--site", "main", "--entrance", "main", "--refused", str(refused))
    assert (dry.exit_code, result.exit_code) == (1, 1)
    answer = json.loads(result.stdout)
    totals = expected["broken.xlsx"]["totals"]
    assert (answer["accepted"], answer["refused"]) == (totals["accepted"], totals["refused"])
    assert json.loads(dry.stdout)["rows"] == answer["rows"]
    town.system.clock.move(hours=12)
    again = town.api("main", Role.COORDINATOR, who="9").upload(
        IMPORTS, refused.read_bytes(), "refused.xlsx", site="main", entrance="main"
    )
    assert again.get_json()["refused"] == totals["refused"]


def test_a_wrong_file_ends_in_words(sizao: Sizao, tmp_path: Path) -> None:
    junk = tmp_path / "junk.xlsx"
    junk.write_bytes(b"PK junk")
    result = sizao("register", "import", str(junk), "--site", "main")
    assert result.exit_code == 1
    assert json.loads(result.stderr)["code"].startswith("tables.")
    foreign = sizao("register", "import", str(SAMPLES / "broken.xlsx"), "--site", "nowhere")
    assert json.loads(foreign.stderr)["code"] == "site.foreign"


def test_registers_are_verified(town: Town, sizao: Sizao) -> None:
    town.check(town.guard(), 1)
    town.guard().post(f"{REGISTERS}/main/main/2021-03-01/signature")
    right = sizao("register", "verify", "--site", "main")
    assert (right.exit_code, json.loads(right.stdout)[0]["holds"]) == (0, True)
    with town.system.hosts["screening"].engine.begin() as connection:
        connection.execute(text("UPDATE entrance_check SET reading = 3600"))
    wrong = sizao("register", "verify", "--site", "main")
    assert wrong.exit_code == 1
    assert "第 1 行" in json.loads(wrong.stdout)[0]["faults"][0]
