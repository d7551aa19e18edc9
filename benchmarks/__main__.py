"""Runs the benchmarks: python -m benchmarks [NAME …] [--json FILE] [--list]"""

from __future__ import annotations

import argparse
import json
import sys
import time
from importlib import import_module
from pathlib import Path

from benchmarks.grammar import Result, as_json, as_text, load, machine

NAMES = ("checks", "batch", "relay", "worker", "alert", "embedded", "growth")
"""Modules of this package in the order they run; each has `measure() -> Result` and a first line of words."""


def run(name: str) -> Result:
    """One benchmark, with the load before and after it."""
    before, started = load(), time.monotonic()
    result: Result = import_module(f"benchmarks.{name}").measure()
    result.load_before, result.load_after, result.seconds = before, load(), time.monotonic() - started
    return result


def main() -> int:
    """Prints results as they come; the exit code is 0 also where an aim was missed, 1 where a benchmark broke."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(NAMES)}; all without one")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the results there too; - for standard output")
    parser.add_argument("--list", action="store_true", help="tell what there is")
    wanted = parser.parse_args()
    if unknown := set(wanted.names) - set(NAMES):
        parser.error(f"no benchmark {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}")
    if wanted.list:
        for name in NAMES:
            print(f"{name:<10}{(import_module(f'benchmarks.{name}').__doc__ or '').splitlines()[0]}")
        return 0
    quiet = str(wanted.json) == "-"
    facts = machine()
    if not quiet:
        print("  ".join(f"{name} {value}" for name, value in facts.items()), flush=True)
    results, broken = [], []
    for name in wanted.names or NAMES:
        try:
            results.append(run(name))
        except Exception as problem:  # noqa: BLE001 - the others are measured all the same, and the exit code tells
            broken.append(name)
            print(f"\n== {name}: broke: {type(problem).__name__}: {problem}", file=sys.stderr, flush=True)
            continue
        if not quiet:
            print(as_text(results[-1]), flush=True)
    if wanted.json:
        text = json.dumps(as_json(results), ensure_ascii=False, indent=1)
        print(text) if quiet else wanted.json.write_text(text + "\n", encoding="utf-8")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
