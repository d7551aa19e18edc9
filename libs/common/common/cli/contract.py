"""Commands that print or write the contracts: OpenAPI and AsyncAPI."""

from __future__ import annotations

import json
from pathlib import Path

import click

from common.events.contract import asyncapi as asyncapi_document
from common.events.contract import breaks, schema_of, written

FOLDER = Path("docs/events")


@click.command()
@click.option("--write", "mode", flag_value="write", help="Write docs/events from the catalogue.")
@click.option("--check", "mode", flag_value="check", help="Fail if docs/events is out of date or a change breaks it.")
@click.option("--folder", type=click.Path(path_type=Path), default=FOLDER, show_default=True)
def asyncapi(mode: str | None, folder: Path) -> None:
    """Print the AsyncAPI document, or write or check the files of the event contract."""
    if mode is None:
        click.echo(json.dumps(asyncapi_document(), ensure_ascii=False, indent=1))
        return
    problems = _broken(folder)
    if mode == "write" and not problems:
        for path, text in written(folder):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return
    if mode == "check" and not problems:
        problems = [
            f"{path} is out of date: run 'sizao asyncapi --write'"
            for path, text in written(folder)
            if not path.exists() or path.read_text(encoding="utf-8") != text
        ]
    for problem in problems:
        click.echo(problem, err=True)
    if problems:
        raise SystemExit(1)


def _broken(folder: Path) -> list[str]:
    from common.events.catalogue import EVENTS

    problems = []
    for path in sorted((folder / "schemas").glob("*.json")):
        payload = EVENTS.get(path.stem)
        if payload is None:
            problems.append(f"{path.stem} was published and is gone from the catalogue")
            continue
        old = json.loads(path.read_text(encoding="utf-8"))
        problems += [
            f"{path.stem}: {fault}: make a new version of the type" for fault in breaks(old, schema_of(payload))
        ]
    return problems


@click.command()
@click.argument("service")
def openapi(service: str) -> None:
    """Print the OpenAPI document of SERVICE."""
    from common.cli import service_named
    from common.web.openapi import openapi_document

    click.echo(json.dumps(openapi_document(service_named(service)), ensure_ascii=False, indent=1))


COMMANDS = (asyncapi, openapi)
