"""Whether the English catalogues are whole: every text that pages and code mark is translated, and no other is kept."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po
from jinja2.ext import babel_extract

from common.roles import ROLE_WORDS

KEYWORDS = {
    "_": None, "gettext": None, "lazy_gettext": None, "N_": None, "ngettext": (1, 2), "lazy_ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
}  # fmt: skip
HAN = re.compile(r"[\u3400-\u9fff]")
PLACEHOLDER = re.compile(r"%\([a-z_]+\)[sd]")
OUTSIDE = re.compile(r"{#.*?#}|{{.*?}}|{%.*?%}", re.DOTALL)
PAPER = re.compile(r"""{%-?\s*extends\s+["']common/print\.html["']""")
ALWAYS = ("四早", "中文")
"""Texts that are the same in both languages."""
LEFT_OUT = frozenset({"translations", "testing", "migrations", "static"})


@dataclass
class Package:
    """A package with texts: where they are used, and its catalogue."""

    name: str
    folder: Path
    used: dict[str, str] = field(default_factory=dict)
    """Each text and the first place it is at."""
    bare: list[str] = field(default_factory=list)
    """Places in templates with Chinese that nothing marks for translation."""

    @property
    def source(self) -> Path:
        """The English catalogue."""
        return self.folder / "translations" / "en" / "LC_MESSAGES" / "messages.po"


def collect(name: str, folder: Path) -> Package:
    """The texts of a package, from its Python files and templates."""
    package = Package(name, folder)
    for path in _files(folder, "py"):
        _add(package, path, "python")
    for path in _files(folder, "html"):
        _add(package, path, babel_extract)
        text = path.read_text(encoding="utf-8")
        if not PAPER.search(text):
            package.bare += list(_bare(text, path.relative_to(folder.parent)))
    return package


def _files(folder: Path, suffix: str) -> Iterator[Path]:
    for path in sorted(folder.rglob(f"*.{suffix}")):
        if not LEFT_OUT & set(path.relative_to(folder).parts):
            yield path


def _add(package: Package, path: Path, method: object) -> None:
    with path.open("rb") as opened:
        options = {"extensions": "jinja2.ext.i18n,jinja2.ext.do", "silent": "false"}
        for line, words, _, _ in extract(method, opened, KEYWORDS, options=options):  # type: ignore[arg-type]
            text = words if isinstance(words, str) else words[0]
            package.used.setdefault(text, f"{path.relative_to(package.folder.parent)}:{line}")


def _bare(text: str, where: Path) -> Iterator[str]:
    plain = OUTSIDE.sub(lambda found: "\n" * found.group().count("\n"), text)
    for number, line in enumerate(plain.split("\n"), 1):
        for word in ALWAYS:
            line = line.replace(word, "")  # noqa: PLW2901 - what is left of the line is judged
        if HAN.search(line):
            yield f"{where}:{number}"


def problems(packages: Iterable[Package]) -> list[str]:
    """What is wrong with the catalogues, one line each; empty when all is well."""
    packages = list(packages)
    common = next(package for package in packages if package.name == "common")
    shared = set(_translated(common))
    found: list[str] = []
    everything = {text for package in packages for text in package.used} | set(ROLE_WORDS.values())
    for package in packages:
        own = _translated(package)
        needed = package.used | (dict.fromkeys(ROLE_WORDS.values(), "roles") if package is common else {})
        found += [
            f"{package.name}: not translated: {text!r} ({place})"
            for text, place in needed.items()
            if HAN.search(text) and text not in own and text not in shared
        ]
        allowed = everything if package is common else set(package.used)
        found += [f"{package.name}: not used: {text!r}" for text in own if text not in allowed]
        found += [
            f"{package.name}: other placeholders than its text: {text!r}"
            for text, words in own.items()
            if sorted(PLACEHOLDER.findall(text)) != sorted(PLACEHOLDER.findall(words))
        ]
        found += [f"{place}: Chinese that nothing marks for translation" for place in package.bare]
    return found


def _translated(package: Package) -> dict[str, str]:
    return {
        str(message.id): str(message.string)
        for message in _read(package)
        if message.id and message.string and not message.fuzzy and message.string != message.id
    }


def _read(package: Package) -> Catalog:
    if not package.source.exists():
        return Catalog(locale="en")
    with package.source.open("rb") as opened:
        return read_po(opened, locale="en")


def update(packages: Iterable[Package]) -> None:
    """Writes each package's catalogue anew: new texts without words, texts that are used no more left out."""
    packages = list(packages)
    common = next(package for package in packages if package.name == "common")
    shared = set(_translated(common))
    everything = {text for package in packages for text in package.used} | set(ROLE_WORDS.values())
    for package in packages:
        old = {str(message.id): message for message in _read(package) if message.id}
        kept = everything & old.keys() if package is common else set(package.used) & old.keys()
        fresh = {text for text in package.used if HAN.search(text) and (package is common or text not in shared)}
        fresh |= set(ROLE_WORDS.values()) if package is common else set()
        catalogue = Catalog(locale="en", header_comment="", fuzzy=False)
        for text in sorted(kept | fresh):
            before: Message | None = old.get(text)
            catalogue.add(text, before.string if before else "")
        if kept | fresh:
            _write(package.source, catalogue)


def _write(target: Path, catalogue: Catalog) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    lines = ['msgid ""', 'msgstr ""', '"Content-Type: text/plain; charset=utf-8\\n"', '"Language: en\\n"', ""]
    with target.open("wb") as opened:
        opened.write(("\n".join(lines) + "\n").encode())
        write_po(opened, catalogue, omit_header=True, width=0)
