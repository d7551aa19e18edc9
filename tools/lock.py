"""Writes requirements/lock/*.txt: every package with its hashes, for each supported Python, without download addresses.

The ordinary registry alone is asked: settings of this machine (extra indexes, local wheel folders) are left out, so
that the locks hold on any other machine. Run by `make lock`.
"""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = ROOT / "requirements"
PYTHONS = ("3.11", "3.13")
SETS = ("runtime", "dev", "bench")
HEADER = "# Made by `make lock` from requirements/{name}.in for CPython {python}. Do not edit.\n"


def clean_environment() -> dict[str, str]:
    """The environment without this machine's package settings; certificates stay."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PIP_", "UV_")) or k == "PIP_CERT"}
    return kept | {"UV_NO_CONFIG": "1"}


def lock(name: str, python: str) -> Path:
    """Resolves one set for one Python. Sets share versions: dev and bench are bound by what runtime got."""
    target = REQUIREMENTS / "lock" / f"py{python.replace('.', '')}-{name}.txt"
    command = [sys.executable, "-m", "uv", "pip", "compile", f"requirements/{name}.in", "--python-version", python]
    command += ["--generate-hashes", "--no-emit-index-url", "--no-header", "--no-annotate", "--quiet", "--upgrade"]
    if name != "runtime":
        command += ["--constraints", str(target.with_name(target.name.replace(name, "runtime")).relative_to(ROOT))]
    done = subprocess.run(command, cwd=ROOT, env=clean_environment(), check=False, stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        sys.exit(f"{target.name}: no set of releases fits (see above); the lock was not changed")
    out = done.stdout
    if "://" in out or "file:" in out:
        sys.exit(f"{target.name}: the resolver wrote a download address; the lock was not changed")
    target.parent.mkdir(exist_ok=True)
    target.write_text(HEADER.format(name=name, python=python) + out)
    return target


def main() -> None:
    """Writes all locks."""
    for python in PYTHONS:
        for name in SETS:
            path = lock(name, python)
            sys.stdout.write(f"{path.relative_to(ROOT)}: {path.read_text().count('==')} packages\n")


if __name__ == "__main__":
    main()
