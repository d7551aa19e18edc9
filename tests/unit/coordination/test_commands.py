"""The commands of coordination, as an operator types them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from werkzeug.test import Client

from common.cli import main
from common.roles import Role
from common.secrets.current import set_keyring
from common.secrets.keyring import KeyRing
from common.testing.system import EmbeddedSystem
from tests.unit.coordination.support import API, BOSS, SAMPLES, everybody, expected, workbook

Sizao = Callable[..., Result]


@pytest.fixture
def sizao(two: EmbeddedSystem, monkeypatch: pytest.MonkeyPatch) -> Sizao:
    """Runs `sizao … --json` on the data folder of two sites."""
    monkeypatch.setenv("SIZAO_DATA", str(two.settings.data))

    def run(*arguments: str) -> Result:
        try:
            return CliRunner().invoke(main, [*arguments, "--json"], catch_exceptions=False)
        finally:
            set_keyring(KeyRing.load(two.settings.keyring_path))

    return run


def told(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_a_site_is_added_with_links_for_its_three_administrators(two: EmbeddedSystem, sizao: Sizao) -> None:
    links = told(sizao("site", "add", "south", "江南分局"))
    assert [one["role"] for one in links] == ["admin", "security", "auditor"]
    path = links[0]["link"].partition("8000")[2]
    form = {"name": "江示安", "login": "south.admin", "password": "a quiet morning", "again": "a quiet morning"}
    assert Client(two.wsgi).post(path, data=form).status_code == 303
    assert [one["code"] for one in told(sizao("site", "list"))] == ["branch", "main", "south"]
    again = sizao("site", "add", "south", "江南分局")
    assert (again.exit_code, json.loads(again.stderr)["code"]) == (1, "site.taken")


def test_a_list_is_imported_as_over_http(two: EmbeddedSystem, sizao: Sizao, tmp_path: Path) -> None:
    file = str(SAMPLES / "staff.xlsx")
    assert told(sizao("staff", "import", file, "--site", "main", "--dry-run"))["accepted"] == 60
    assert everybody(two.api("main", Role.ADMIN), "main") == {}
    outcome = told(sizao("staff", "import", file, "--site", "main"))
    assert outcome["accepted"] == expected("staff.xlsx")["totals"]["accepted"]
    assert told(sizao("staff", "import", file, "--site", "main"))["unchanged"] == 60
    wrong, back = tmp_path / "wrong.xlsx", tmp_path / "refused.xlsx"
    wrong.write_bytes(workbook(["", *BOSS[1:]]))
    result = sizao("staff", "import", str(wrong), "--site", "branch", "--refused", str(back))
    assert (result.exit_code, json.loads(result.stdout)["refused"]) == (1, 1)
    assert back.read_bytes().startswith(b"PK")
    wrong.write_bytes(b"PK cut off")
    assert json.loads(sizao("staff", "import", str(wrong), "--site", "branch").stderr)["code"].startswith("tables.")


def test_protocols_are_shown_and_adopted(sizao: Sizao) -> None:
    assert len(told(sizao("protocol", "show"))) == 8
    assert told(sizao("protocol", "show", "covid-7"))["code"] == "covid-7"
    adopted = told(sizao("protocol", "adopt", "main", "covid-7", "--from", "2021-01-01", "--to", "2021-05-10"))
    assert adopted["version"] == 1
    assert told(sizao("protocol", "show", "--site", "main"))[0]["protocol"] == "covid-7"
    outside = sizao("protocol", "adopt", "main", "covid-7", "--from", "2021-01-01")
    assert (outside.exit_code, json.loads(outside.stderr)["code"]) == (1, "adoption.outside")
    assert sizao("protocol", "adopt", "main", "covid-99", "--from", "2021-01-01").exit_code == 1


def test_passwords_and_keys(two: EmbeddedSystem, sizao: Sizao) -> None:
    assert json.loads(sizao("password", "reset", "nobody").stderr)["code"] == "login.unknown"
    link = told(sizao("site", "add", "south", "江南分局"))[0]["link"].partition("8000")[2]
    form = {"name": "江示安", "login": "south.admin", "password": "a quiet morning", "again": "a quiet morning"}
    Client(two.wsgi).post(link, data=form)
    reset = told(sizao("password", "reset", "South.Admin"))["link"].partition("8000")[2]
    fresh = {"password": "another morning", "again": "another morning"}
    assert Client(two.wsgi).post(reset, data=fresh).status_code == 303
    body = {"login": "south.admin", "password": "another morning"}
    assert Client(two.wsgi).post(f"{API}/sessions", json=body).status_code == 201
    made = told(sizao("keys", "rotate"))
    keys = told(sizao("keys", "list"))
    assert (keys[0]["kid"], keys[0]["active"], keys[1]["active"]) == (made["kid"], True, False)
