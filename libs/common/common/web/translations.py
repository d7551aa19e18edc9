"""Catalogues: where they are, that they are compiled, and that no text lacks its English."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from importlib.metadata import entry_points
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from common.service import GROUP

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


def compile_catalogues() -> list[Path]:
    """Compiles the catalogues of the library and of every installed service; returns what was written."""
    return [
        made
        for folder in (package / "translations" for package in packages().values())
        for made in compile_folder(folder)
    ]


def packages() -> dict[str, Path]:
    """The packages that may have texts, the library first, and their folders."""
    found = {"common": COMMON.parent}
    for point in entry_points(group=GROUP):
        name = point.value.partition(".")[0].partition(":")[0]
        if (translations := folder_of(name)) is not None:
            found[name] = translations.parent
    return found


def main(arguments: list[str]) -> int:
    """`check` says what the catalogues lack (exit code 1), `update` makes room for it, `compile` compiles."""
    from common.web.catalogues import collect, problems, update

    if arguments == ["compile"]:
        sys.stdout.writelines(f"{path}\n" for path in compile_catalogues())
        return 0
    if arguments not in (["check"], ["update"]):
        sys.stderr.write("python -m common.web.translations check|update|compile\n")
        return 2
    collected = [collect(name, folder) for name, folder in packages().items()]
    if arguments == ["update"]:
        update(collected)
        return 0
    wrong = problems(collected)
    sys.stdout.writelines(f"{line}\n" for line in wrong)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
