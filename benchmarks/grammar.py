"""How every benchmark measures and tells: rounds that alternate between the things compared, medians, ratios, aims."""

from __future__ import annotations

import math
import os
import platform
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from common.clock import SystemClock

Numbers = dict[str, float]
"""What one round of one thing gave, by metric."""


@dataclass
class Line:
    """One number, the peer it is compared with, and what it should be."""

    what: str
    value: float
    unit: str
    aim: str = ""
    met: bool | None = None
    spread: str = ""
    """The lowest and the highest of the rounds."""


@dataclass
class Result:
    """What a benchmark found."""

    name: str
    title: str
    sizes: dict[str, Any]
    lines: list[Line] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    load_before: float = 0.0
    load_after: float = 0.0
    seconds: float = 0.0

    def number(
        self,
        what: str,
        values: float | Sequence[float],
        unit: str,
        *,
        at_most: float | None = None,
        at_least: float | None = None,
    ) -> float:
        """Adds a number, the median of several; returns it."""
        many = [values] if isinstance(values, int | float) else list(values)
        value = statistics.median(many)
        aim, met = "", None
        if at_most is not None:
            aim, met = f"≤ {at_most:g}", value <= at_most
        if at_least is not None:
            aim, met = f"≥ {at_least:g}", value >= at_least
        spread = f"{shown(min(many))}–{shown(max(many))}" if len(many) > 1 else ""
        self.lines.append(Line(what, value, unit, aim, met, spread))
        return value

    def ratio(
        self, what: str, ours: Sequence[float], theirs: Sequence[float], *, at_least: float | None = None
    ) -> float:
        """Adds the median of the rounds' ratios ours / theirs."""
        pairs = [mine / other for mine, other in zip(ours, theirs, strict=True)]
        return self.number(what, pairs, "×", at_least=at_least)


def interleaved(rounds: int, things: Mapping[str, Callable[[], Numbers]]) -> dict[str, dict[str, list[float]]]:
    """Measures each thing in turn, `rounds` times: by thing and metric the value of each round.

    Whatever else the machine does then falls on all of them alike; every second round runs in the opposite order.
    """
    seen: dict[str, dict[str, list[float]]] = {name: {} for name in things}
    for number in range(rounds):
        for name in list(things) if number % 2 == 0 else reversed(list(things)):
            for metric, value in things[name]().items():
                seen[name].setdefault(metric, []).append(value)
    return seen


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` of all do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def shown(value: float) -> str:
    """A number with about three significant digits."""
    if value >= 100 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.3g}" if value < 1 else f"{value:.2f}"


def machine() -> dict[str, Any]:
    """What the numbers depend on."""
    told = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    model = next((line.partition(":")[2].strip() for line in told.splitlines() if line.startswith("model name")), "?")
    memory = Path("/proc/meminfo").read_text(encoding="utf-8").split()[1]
    return {
        "date": datetime.isoformat(SystemClock().now(), timespec="minutes"),
        "cores": os.cpu_count(),
        "cpu": model,
        "memory_gb": round(int(memory) / 1024 / 1024, 1),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()}",
    }


def load() -> float:
    """The machine's load over the last minute."""
    return round(os.getloadavg()[0], 2)


def as_text(result: Result) -> str:
    """A result for people."""
    sizes = ", ".join(f"{name} {value}" for name, value in result.sizes.items())
    rows = [f"\n== {result.name}: {result.title}", f"   {sizes}"]
    rows.append(f"   load {result.load_before} before, {result.load_after} after; took {result.seconds:.0f} s")
    for line in result.lines:
        mark = {True: "met", False: "MISSED", None: ""}[line.met]
        spread = f"({line.spread})" if line.spread else ""
        rows.append(
            f"   {line.what:<58}{shown(line.value):>10} {line.unit:<10}{spread:<18}{line.aim:>8} {mark}".rstrip()
        )
    rows += [f"   note: {note}" for note in result.notes]
    return "\n".join(rows)


def as_json(results: Sequence[Result]) -> dict[str, Any]:
    """Results for programs."""
    return {"machine": machine(), "results": [asdict(result) for result in results]}
