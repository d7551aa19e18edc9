"""Commands of the installation: run, migrate, doctor, keys."""

from __future__ import annotations

import os
import shutil
from typing import Any

import click

from common.cli.output import say
from common.errors import SizaoError
from common.settings import load_settings

LOW_DISK = 1_000_000_000


@click.command()
@click.option("--tls", is_flag=True, help="Serve https with a certificate made for this installation.")
@click.option("--host", help="Address to listen on (default 127.0.0.1; 0.0.0.0 for other machines).")
@click.option("--port", type=int, help="Port to listen on (default 8000, or SIZAO_PORT).")
@click.option("--trial/--no-trial", default=None, help="Begin with a trial of three sites (default), or empty.")
def run(tls: bool, host: str | None, port: int | None, trial: bool | None) -> None:
    """Run the whole system in one process, on SQLite files in the data folder."""
    from common.runtime.embedded import run_embedded

    given: dict[str, object] = {"host": host, "port": port, "trial": trial, "tls": tls or None}
    run_embedded(load_settings(**{name: value for name, value in given.items() if value is not None}))


@click.command()
@click.argument("service", required=False)
def migrate(service: str | None) -> None:
    """Bring the databases (or one service's) to the newest revision."""
    from common.data.migrate import upgrade
    from common.service import installed_services

    settings = load_settings()
    done = []
    for name, value in installed_services().items():
        if service in (None, name):
            upgrade(value, settings.owner_database_url(name))
            done.append({"service": name, "state": "newest"})
    if not done:
        raise click.UsageError(f"there is no service '{service}'")
    say(done)


@click.command()
def doctor() -> Any:
    """Say in words what is wrong with this installation; exit code 1 if anything is."""
    from common.cli import open_hosts
    from common.cli.examination import of_host

    settings = load_settings()
    findings: list[dict[str, str]] = []
    if settings.embedded:
        free = shutil.disk_usage(settings.data if settings.data.exists() else ".").free
        if free < LOW_DISK:
            findings.append(_finding("disk", f"only {free // 1_000_000} MB are free", "free space on this disk"))
        if not settings.data.exists():
            findings.append(_finding("folder", f"{settings.data} does not exist", "start once with 'sizao run'"))
            return _end(findings)
    if os.name == "posix" and settings.keyring_path.exists() and settings.keyring_path.stat().st_mode & 0o077:
        findings.append(_finding("keys", f"{settings.keyring_path} can be read by others", "chmod 600 it"))
    try:
        for host in open_hosts().values():
            findings += [_finding(host.service.name, *pair) for pair in of_host(host)]
    except SizaoError as problem:
        findings.append(_finding("keys", problem.en, problem.zh))
    return _end(findings)


def _finding(where: str, what: str, mend: str) -> dict[str, str]:
    return {"where": where, "what": what, "mend": mend}


def _end(findings: list[dict[str, str]]) -> Any:
    if not findings:
        say({"state": "well"})
        return
    say(findings, title="doctor")
    raise SystemExit(1)


COMMANDS = (run, migrate, doctor)
