"""Catalogues: where they are, that they are compiled, and that no text lacks its English."""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

COMMON = Path(__file__).resolve().parent.parent / "translations"


def folder_of(package: str) -> Path | None:
    """The folder of a package's catalogues, if the package is there."""
    try:
        spec = find_spec(package)
    except (ImportError, ValueError):
        return None
    where = list(spec.submodule_search_locations or ()) if spec else []
    return Path(where[0]) / "translations" if where else None


def ready_folders(package: str) -> list[Path]:
    """The catalogue folders of the library and of one package, compiled where that is possible and needed."""
    folders = [COMMON] + [found for found in (folder_of(package),) if found is not None and found.is_dir()]
    for folder in folders:
        compile_folder(folder)
    return folders


def compile_folder(folder: Path) -> list[Path]:
    """Compiles each catalogue whose `.mo` is missing or older, where it may write; returns what it wrote."""
    return [compiled for source in sources(folder) if (compiled := _compile(source)) is not None]


def sources(folder: Path) -> Iterator[Path]:
    """The `.po` files below a folder of catalogues."""
    yield from sorted(folder.glob("*/LC_MESSAGES/*.po"))


def _compile(source: Path) -> Path | None:
    target = source.with_suffix(".mo")
    if target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns:
        return None
    if not os.access(source.parent, os.W_OK):
        return None
    with source.open("rb") as opened:
        catalogue = read_po(opened, locale=source.parent.parent.name)
    made = BytesIO()
    write_mo(made, catalogue)
    half_done = target.with_suffix(f".{os.getpid()}.tmp")
    half_done.write_bytes(made.getvalue())
    half_done.replace(target)
    return target
