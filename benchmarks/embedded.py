"""(f) Embedded: memory after a day of 2,000 checks, and the time until a second start listens."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

from benchmarks.grammar import Result
from benchmarks.servers import answers, free_port, program
from common.testing.servers.engine import wait_until

CHECKS, FEVERS = 2_000, 3
STARTS = 5
SIZAO = str(Path(sys.executable).parent / "sizao")


def measure() -> Result:
    """One day by `sizao demo day` through the public API, with memory before and after; then starts."""
    result = Result(
        "embedded", "`sizao run` on SQLite, a trial", {"checks": CHECKS, "fevers": FEVERS, "starts": STARTS}
    )
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        kept = {name: value for name, value in os.environ.items() if not name.startswith("SIZAO_")}
        env = kept | {"SIZAO_DATA": folder, "SIZAO_PORT": str(port)}
        argv = [SIZAO, "run"]
        first, started = time.perf_counter(), time.perf_counter()
        with program(argv, env=env, port=port, path="/healthz") as running:
            first = time.perf_counter() - started
            result.number("memory at rest, before the day", memory(running.pid), "MB")
            began = time.perf_counter()
            day(env, result)
            result.number("a day of 2,000 checks took", time.perf_counter() - began, "s")
            result.number("memory after the day", memory(running.pid), "MB", at_most=250)
        result.number("first start, with tables and trial, to listening", first, "s")
        starts = [start(argv, env, port) for _ in range(STARTS)]
        result.number("second start to listening", starts, "s", at_most=3)
        size = sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())
        result.number("data folder after the day", size / 1e6, "MB")
    result.notes.append("memory is the proportional set size (PSS) of all processes of the installation, from /proc")
    return result


def day(env: dict[str, str], result: Result) -> None:
    """Plays the day in a process of its own; raises RuntimeError when its totals do not agree."""
    argv = [SIZAO, "demo", "day", "--checks", str(CHECKS), "--fevers", str(FEVERS), "--json"]
    done = subprocess.run(argv, env=env, capture_output=True, timeout=240, check=False)
    try:
        told = json.loads(done.stdout)
    except ValueError:
        raise RuntimeError(f"the day ended with {done.returncode}: {done.stderr.decode()[-600:]}") from None
    apart = [line for line in told.get("totals", []) if not line["agree"]]
    if apart or not told.get("totals"):
        result.notes.append(f"the day's totals did not agree: {apart or told}")


def start(argv: list[str], env: dict[str, str], port: int) -> float:
    """Seconds from the start of the process to its first answer."""
    wait_until(lambda: not answers(port, "/healthz"), 20, "the one before to end")
    started = time.perf_counter()
    with program(argv, env=env, port=port, path="/healthz"):
        return time.perf_counter() - started


def memory(pid: int) -> float:
    """PSS of a process and all below it, in megabytes."""
    top = psutil.Process(pid)
    total = 0
    for one in [top, *top.children(recursive=True)]:
        rollup = Path(f"/proc/{one.pid}/smaps_rollup").read_text(encoding="ascii")
        total += next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))
    return total / 1024
