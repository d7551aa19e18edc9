"""The data folder of an embedded installation: who uses it, its keys, its databases."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import IO

from common.errors import Conflict, Unavailable

_held: dict[Path, IO[str]] = {}


def take_folder(folder: Path) -> None:
    """Makes the folder and takes it for this process and its children; raises Conflict if another process has it."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = (folder / "in-use").open("a+", encoding="utf-8")
    except OSError as problem:
        raise Unavailable(
            "folder.unusable",
            "The data folder {folder} can't be used: {why}. Choose another with SIZAO_DATA.",
            "数据目录 {folder} 无法使用:{why}。可用 SIZAO_DATA 另行指定。",
            folder=folder,
            why=problem.strerror or "",
        ) from problem
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        handle.seek(0)
        owner = handle.read().strip() or "?"
        handle.close()
        raise Conflict(
            "folder.taken",
            "The data folder {folder} is in use by process {owner}: stop that, or choose another with SIZAO_DATA.",
            "数据目录 {folder} 正被进程 {owner} 使用:请先停止该进程,或用 SIZAO_DATA 另行指定目录。",
            folder=folder,
            owner=owner,
        ) from None
    handle.truncate(0)
    handle.write(str(os.getpid()))
    handle.flush()
    _held[folder.resolve()] = handle


def write_private(path: Path, text: str) -> None:
    """Writes a file that only its owner may read."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as handle:
        handle.write(text)
    path.chmod(0o600)
