"""A long list is taken in whole within its memory, again without a change, and desks go on meanwhile (facts: files)."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
from datetime import time
from pathlib import Path

from common.caller import Caller
from common.roles import Role
from common.tables import OutSheet, write_xlsx
from common.testing.plugin import Proof
from screening.usecases.imports import Sent, import_paper
from tests.integration.screening_registers.support import IMPORTS, REGISTERS, Town, resident

COLUMNS = ("序号", "姓名", "证件号码", "联系电话", "来访事由", "体温(℃)", "是否佩戴口罩", "进入时间")
MOST_MEMORY = 400 * 1024
"""Kilobytes, the interpreter included."""
MEASURED = """
import sys
from common.cli import main
try:
    main()
finally:
    sys.stderr.write(open("/proc/self/status").read())
"""


def long_list(count: int) -> bytes:
    def rows() -> list[list[object]]:
        made: list[list[object]] = []
        for number in range(count):
            second = 8 * 3600 + number * 30_000 // count
            at = time(second // 3600, second // 60 % 60, second % 60)
            name = f"测{'甲乙丙丁戊己庚辛壬癸'[number % 10]}{'一二三四五六七八九十'[number // 10 % 10]}"
            made.append([number + 1, name, resident(number), f"1380000{number % 10_000:04d}", "咨询", 36.5, "是", at])
        return made

    return write_xlsx([OutSheet("登记", COLUMNS, rows(), ["登记表", "日期：2021年3月1日    入口：主入口"])])


def test_a_long_list_is_taken_in_whole_and_again_changes_nothing(town: Town, tmp_path: Path, proof: Proof) -> None:
    count = proof.times(sample=2_500, whole=60_000)
    file = tmp_path / "long.xlsx"
    file.write_bytes(long_list(count))
    command = [sys.executable, "-c", MEASURED, "--json", "register", "import", str(file), "--site", "main"]
    environment = {**os.environ, "SIZAO_DATA": str(town.system.settings.data)}
    for expected in ({"accepted": count, "unchanged": 0}, {"accepted": 0, "unchanged": count}):
        ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        answer = json.loads(ran.stdout)
        assert {name: answer[name] for name in expected} == expected
        assert answer["refused"] == 0
        [peak] = re.findall(r"VmHWM:\s+([0-9]+) kB", ran.stderr)
        assert int(peak) < MOST_MEMORY
    guard = town.guard()
    assert guard.get(f"{REGISTERS}/main/main/2021-03-01").get_json()["counts"]["total"] == count
    newest = town.api("main", Role.COORDINATOR).get(IMPORTS, site="main").get_json()["items"]
    assert {(one["state"], one["done"], one["total"]) for one in newest} == {("done", count, count)}


def test_desks_go_on_while_a_long_list_is_taken_in(town: Town) -> None:
    town.system.clock.move(hours=12)
    who = Caller("staff:00000000-0000-7000-8000-000000000009", "导入员", {"main": frozenset([Role.COORDINATOR])})
    sent = Sent(long_list(4_000), "long.xlsx", "main")
    steps: list[int] = []
    taking = threading.Thread(
        target=lambda: import_paper(
            town.system.hosts["screening"], who, {"main"}, sent, progress=lambda done, _: steps.append(done)
        )
    )
    taking.start()
    guard, between = town.guard(), set()
    while taking.is_alive():
        before = len(steps)
        town.check(guard, before)
        between.add(before)
    taking.join()
    assert steps[-1] == 4_000
    assert len(between & set(range(1, len(steps)))) >= 2
