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
@click.argument("service", required=False)
@click.option("--write", "mode", flag_value="write", help="Write docs/api from the routes.")
@click.option("--check", "mode", flag_value="check", help="Fail if docs/api is out of date.")
@click.option("--folder", type=click.Path(path_type=Path), default=Path("docs/api"), show_default=True)
def openapi(service: str | None, mode: str | None, folder: Path) -> None:
    """Print the OpenAPI document of SERVICE, or write or check those of all services."""
    from common.cli import service_named
    from common.service import installed_services
    from common.web.openapi import openapi_document

    if mode is None:
        if service is None:
            raise click.UsageError("name a service, or say --write or --check")
        click.echo(json.dumps(openapi_document(service_named(service)), ensure_ascii=False, indent=1))
        return
    stale = []
    for name, value in installed_services().items():
        path = folder / f"{name}.json"
        text = json.dumps(openapi_document(value), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
        if mode == "write":
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != text:
            stale.append(f"{path} is out of date: run 'sizao openapi --write'")
    for line in stale:
        click.echo(line, err=True)
    if stale:
        raise SystemExit(1)


COMMANDS = (asyncapi, openapi)
