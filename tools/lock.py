"""Writes requirements/lock/*.txt: every package with its hashes, for each supported Python, without download addresses.

The ordinary registry alone is asked: settings of this machine (extra indexes, local wheel folders) are left out, so
that the locks hold on any other machine. Run by `make lock`, which keeps what is locked and still fits; `make lock
UPGRADE=1` takes the newest of what runtime.in and its neighbours do not name.
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
    command += ["--generate-hashes", "--no-emit-index-url", "--no-header", "--no-annotate", "--quiet"]
    command += ["--output-file", str(target.relative_to(ROOT)), *sys.argv[1:]]
    if name != "runtime":
        command += ["--constraints", str(target.with_name(target.name.replace(name, "runtime")).relative_to(ROOT))]
    target.parent.mkdir(exist_ok=True)
    if (
        subprocess.run(command, cwd=ROOT, env=clean_environment(), check=False, stdout=subprocess.DEVNULL).returncode
        != 0
    ):
        sys.exit(f"{target.name}: no set of releases fits (see above)")
    text = target.read_text()
    if "://" in text or "file:" in text:
        sys.exit(f"{target.name}: the resolver wrote a download address into it; do not commit it")
    target.write_text(
        HEADER.format(name=name, python=python) + text.removeprefix(HEADER.format(name=name, python=python))
    )
    return target


def main() -> None:
    """Writes all locks."""
    for python in PYTHONS:
        for name in SETS:
            path = lock(name, python)
            sys.stdout.write(f"{path.relative_to(ROOT)}: {path.read_text().count('==')} packages\n")


if __name__ == "__main__":
    main()
