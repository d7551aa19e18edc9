"""Commands of screening: importing registers, verifying seals."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import Progress

from common.audit.tree import short_head
from common.caller import Caller
from common.host import Host
from screening.usecases.entrances import EntranceView, list_entrances
from screening.usecases.imports import Sent, import_paper
from screening.usecases.imports_read import refused_file
from screening.usecases.imports_tally import COUNTED
from screening.usecases.registers_verify import Verification, verify_entrance

OPERATOR = Caller(id="system:command", name="命令行")
"""Whoever runs the command on the server; no guard, so no register waits for a signature of his."""


def _host() -> Host:
    from common.cli import open_hosts

    return open_hosts("screening")["screening"]


@click.group()
def register() -> None:
    """Registers of the entrances."""


@register.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--site", required=True, help="Code of the bureau.")
@click.option("--entrance", help="Code of the entrance, where the form does not say it.")
@click.option("--day", type=click.DateTime(formats=["%Y-%m-%d"]), help="Day, where the form does not say it.")
@click.option("--dry-run", is_flag=True, help="Answer the same and store nothing.")
@click.option("--refused", type=click.Path(dir_okay=False, path_type=Path), help="Write the refused lines here.")
def import_register(
    file: Path, site: str, entrance: str | None, day: datetime | None, dry_run: bool, refused: Path | None
) -> None:
    """Take in FILE, a paper register or a staff temperature list (XLSX, XLS, ODS, CSV).

    Exit code 1 if a line was refused.
    """
    from common.cli.output import say, wants_json

    host = _host()
    sent = Sent(file.read_bytes(), file.name, site, entrance, day.date() if day is not None else None, dry_run=dry_run)
    with Progress(console=Console(stderr=True), disable=wants_json()) as bar:
        task = bar.add_task(file.name, total=None)
        found = import_paper(
            host, OPERATOR, {site}, sent, progress=lambda done, total: bar.update(task, completed=done, total=total)
        )
    rows = [
        {"sheet": one.sheet, "line": one.line, "outcome": one.outcome, "field": one.field, "reason": one.words.zh}
        for one in found.lines
    ]
    place = found.places[0]
    answer: dict[str, Any] = {
        "id": found.import_id,
        "kind": found.kind,
        "entrance": place.entrance_code,
        "day": place.day.isoformat(),
        "dry_run": dry_run,
        **{name: found.counts[name] for name in COUNTED},
        "notes": [note.zh for note in found.notes],
    }
    if wants_json():
        say({**answer, "rows": rows})
    else:
        say([{"": name, "=": value} for name, value in answer.items()], title=file.name)
        if rows:
            say(rows)
    if refused is not None and found.import_id is not None and found.counts["refused"]:
        form = "csv" if refused.suffix.lower() == ".csv" else "xlsx"
        _, content = host.run(refused_file, OPERATOR, {site}, import_id=found.import_id, form=form, english=False)
        refused.write_bytes(content)
    if found.counts["refused"]:
        raise SystemExit(1)


@register.command("verify")
@click.option("--site", required=True, help="Code of the bureau.")
@click.option("--entrance", help="Code of the entrance; all of them if none is named.")
def verify(site: str, entrance: str | None) -> None:
    """Verify every sealed register of the entrances; exit code 1 if one is not as it was sealed."""
    from common.cli.output import say

    host = _host()
    places = host.run(list_entrances, OPERATOR, {site}, site=site)
    rows = [
        _verified(place, found)
        for place in places
        if entrance in {None, place.code, place.id}
        for found in host.run(verify_entrance, OPERATOR, {site}, site=site, entrance=place.id)
    ]
    say(rows, title=site)
    if not all(row["holds"] for row in rows):
        raise SystemExit(1)


def _verified(place: EntranceView, found: Verification) -> dict[str, Any]:
    return {
        "entrance": place.code,
        "day": found.day.isoformat(),
        "version": found.version,
        "seal": short_head(found.head),
        "rows": found.rows,
        "erased": found.erased,
        "holds": found.holds,
        "faults": [one.zh for one in found.faults],
    }


COMMANDS = (register,)
