"""Programs that tests need, from Debian's packages."""

import fcntl
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")
POLICY = Path("/usr/sbin/policy-rc.d")


class MissingProgramError(RuntimeError):
    """A program that tests need is not there and can't be installed; the text says what to install."""


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Holds a lock file; other processes that want it wait."""
    with path.open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


@contextmanager
def _no_service_starts() -> Iterator[None]:
    """Packages installed meanwhile do not start their services: tests start their own, on ports of their own."""
    if POLICY.exists():
        yield
        return
    POLICY.write_text("#!/bin/sh\nexit 101\n", encoding="ascii")
    POLICY.chmod(0o755)
    try:
        yield
    finally:
        POLICY.unlink(missing_ok=True)


def _apt(*words: str) -> None:
    command = ["apt-get", "-q", "-y", "-o", "DPkg::Lock::Timeout=300", *words]
    done = subprocess.run(
        command,
        env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise MissingProgramError(f"{' '.join(command)} failed:\n{done.stdout[-2000:]}")


def ensure(find: Callable[[], T | None], packages: list[str]) -> T:
    """What `find` finds, after installing the Debian packages if it finds nothing.

    Raises MissingProgramError where that can't be done (not root, no apt-get, no package).
    """
    advice = f"apt-get install {' '.join(packages)}"
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        found = find()
        if found is None:
            raise MissingProgramError(f"these tests need programs that are not here; as root on Debian: {advice}")
        return found
    # Looked for under the lock: while another process installs, files are there before their package works
    with exclusive(Path(tempfile.gettempdir()) / "sizao-apt.lock"):
        found = find()
        if found is None:
            with _no_service_starts():
                _apt("update")
                _apt("install", "--no-install-recommends", *packages)
            found = find()
    if found is None:
        raise MissingProgramError(f"{advice} went well, yet the program that tests need is still not found")
    return found


def find_program(*names: str) -> Callable[[], str | None]:
    """A finder for `ensure`: the first of these programs that is on the path."""
    return lambda: next((path for name in names if (path := shutil.which(name))), None)
