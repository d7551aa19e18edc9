"""Checks which module may import which: `make imports`. A new folder under services/ is covered as it is."""

import sys
import tempfile
from pathlib import Path

from importlinter.cli import lint_imports

ROOT = Path(__file__).resolve().parent.parent
LIBRARY = ROOT / "libs" / "common" / "common"
FRAMEWORKS = ("flask", "werkzeug", "jinja2", "sqlalchemy", "alembic", "psycopg", "pika", "httpx")

Contract = dict[str, str | bool | list[str]]


def services() -> list[str]:
    """Names of the service packages in this tree."""
    return sorted(path.parent.name for path in ROOT.glob("services/*/pyproject.toml"))


def pure_modules() -> list[str]:
    """The packages that hold rules and values alone."""
    found = [f"{name}.domain" for name in services() if has_module(ROOT / "services" / name / name, "domain")]
    return found + (["common.civil"] if has_module(LIBRARY, "civil") else [])


def has_module(folder: Path, name: str) -> bool:
    """Whether the folder has a module or a package of this name."""
    return (folder / f"{name}.py").exists() or (folder / name / "__init__.py").exists()


def contracts() -> list[Contract]:
    """The rules, most general first."""
    names = services()
    found: list[Contract] = [
        {"name": "services know each other by events alone", "type": "independence", "modules": names},
        {
            "name": "the library knows no service",
            "type": "forbidden",
            "source_modules": ["common"],
            "forbidden_modules": names,
        },
        {
            "name": "imports point down: entry points, use cases, models, domain",
            "type": "layers",
            "containers": names,
            "layers": ["(api) | (pages) | (reactions) | (duties)", "(usecases)", "(models)", "(domain)"],
        },
        {
            "name": "pika is used in one package",
            "type": "forbidden",
            "source_modules": ["common", *names],
            "forbidden_modules": ["pika"],
            "ignore_imports": ["common.events.amqp -> pika", "common.events.amqp.** -> pika"],
            "unmatched_ignore_imports_alerting": "none",
        },
    ]
    if pure := pure_modules():
        found.append(
            {
                "name": "rules and values are pure",
                "type": "forbidden",
                "source_modules": pure,
                "forbidden_modules": list(FRAMEWORKS),
            }
        )
    if has_module(LIBRARY, "testing"):
        found.append(
            {
                "name": "nothing that runs imports test helpers",
                "type": "protected",
                "protected_modules": ["common.testing"],
                "allowed_importers": [],
            }
        )
    return found


def as_toml(rules: list[Contract]) -> str:
    """The configuration as import-linter reads it."""

    def value(item: str | bool | list[str]) -> str:
        if isinstance(item, bool):
            return str(item).lower()
        return f"[{', '.join(map(value, item))}]" if isinstance(item, list) else f'"{item}"'

    lines = [
        "[tool.importlinter]",
        f"root_packages = {value(['common', *services()])}",
        "include_external_packages = true",
    ]
    for rule in rules:
        lines += ["", "[[tool.importlinter.contracts]]", *(f"{key} = {value(item)}" for key, item in rule.items())]
    return "\n".join(lines) + "\n"


def main() -> int:
    """Exit code 0 when every rule holds."""
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "pyproject.toml"
        config.write_text(as_toml(contracts()), encoding="utf-8")
        return lint_imports(config_filename=str(config))


if __name__ == "__main__":
    sys.exit(main())
