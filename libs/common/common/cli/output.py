"""How commands speak: tables for people, JSON for programs, errors in words, exit codes."""

from __future__ import annotations

import functools
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import click
from rich.console import Console
from rich.table import Table

from common.errors import SizaoError

F = TypeVar("F", bound=Callable[..., Any])

REFUSED, FAILED = 1, 3
"""Exit codes: 1 what was asked is refused or found wrong, 2 wrong usage (click), 3 something this needs is away."""


def wants_json() -> bool:
    """Whether `--json` was given anywhere on the command line."""
    context = click.get_current_context(silent=True)
    return bool(context and context.find_root().obj and context.find_root().obj.get("json"))


def say(value: Any, *, columns: Sequence[str] | None = None, title: str | None = None) -> None:
    """Prints rows (a list of mappings) or one mapping: as JSON for programs, else as a table."""
    if wants_json():
        click.echo(json.dumps(value, ensure_ascii=False, default=str))
        return
    rows = value if isinstance(value, list) else [value]
    if not rows:
        click.echo("(空 nothing)")
        return
    if not isinstance(rows[0], Mapping):
        for row in rows:
            click.echo(str(row))
        return
    names = list(columns or rows[0])
    table = Table(title=title)
    for name in names:
        table.add_column(name)
    for row in rows:
        table.add_row(*(_cell(row.get(name)) for name in names))
    Console(soft_wrap=True).print(table)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return json.dumps(value, ensure_ascii=False, default=str) if isinstance(value, dict | list) else str(value)


def in_words(command: F) -> F:
    """Turns our errors into a line on standard error and an exit code."""

    @functools.wraps(command)
    def wrapped(*arguments: Any, **named: Any) -> Any:
        try:
            return command(*arguments, **named)
        except SizaoError as problem:
            if wants_json():
                click.echo(json.dumps({"code": problem.code, "detail": problem.en, "detail_zh": problem.zh}), err=True)
            else:
                click.echo(f"{problem.zh}\n{problem.en}", err=True)
            sys.exit(FAILED if problem.status >= 500 else REFUSED)

    return wrapped  # type: ignore[return-value]
