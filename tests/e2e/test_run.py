"""`sizao run` as a person starts it: what the terminal says is whole, and leads somewhere."""

from __future__ import annotations

import json
import os
import re
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from common.testing.processes import until
from common.testing.servers.engine import free_port

SIZAO = Path(sys.executable).with_name("sizao")


@contextmanager
def started(folder: Path, *, trial: bool) -> Iterator[tuple[str, str]]:
    """Address and words of a running installation, on a terminal of 60 columns."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SIZAO_")}
    env = kept | {"SIZAO_DATA": str(folder), "SIZAO_PORT": str(port), "SIZAO_TRIAL": str(int(trial)), "COLUMNS": "60"}
    log = folder.parent / f"{folder.name}.log"
    with log.open("w") as out:
        process = subprocess.Popen([str(SIZAO), "run"], env=env, stdout=out, stderr=out)
        try:
            until(lambda: "data folder" in log.read_text() or process.poll() is not None, "the first words", 90)
            assert process.poll() is None, log.read_text()
            yield address, log.read_text()
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)


def test_an_empty_installation_asks_its_first_administrator_by_a_link_that_opens(tmp_path: Path) -> None:
    folder = tmp_path / "empty"
    with started(folder, trial=False) as (address, words):
        link = re.search(rf"{re.escape(address)}/coordination/\S+", words)
        assert link is not None, words
        page = httpx.get(link.group(), timeout=20)
        assert page.status_code == 200
        assert 'type="password"' in page.text
        assert not (folder / "trial-accounts.json").exists()


def test_a_trial_writes_its_sign_ins_for_its_owner_alone_and_keeps_its_folder(tmp_path: Path) -> None:
    folder = tmp_path / "trial"
    with started(folder, trial=True) as (address, _words):
        accounts = folder / "trial-accounts.json"
        assert stat.S_IMODE(accounts.stat().st_mode) == 0o600
        listed = json.loads(accounts.read_text(encoding="utf-8"))
        assert {one["site"] for one in listed} == {"main", "branch", "blank"}
        one = listed[0]
        answer = httpx.post(
            f"{address}/coordination/api/v1/sessions",
            json={"login": one["login"], "password": one["password"]},
            timeout=20,
        )
        assert answer.status_code == 201
        env = os.environ | {"SIZAO_DATA": str(folder), "SIZAO_PORT": str(free_port())}
        second = subprocess.run([str(SIZAO), "run"], env=env, capture_output=True, text=True, timeout=60, check=False)
        assert second.returncode == 1
        assert "in use" in second.stderr
