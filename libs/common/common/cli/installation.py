"""Commands of the installation: run, migrate, doctor, keys."""

from __future__ import annotations

import os
import shutil
from typing import Any

import click
from sqlalchemy import func, select

from common.caller import system
from common.cli.output import say
from common.copies.tables import ProtocolCopy, SiteCopy
from common.data.migrate import revision_problem, upgrade
from common.errors import SizaoError
from common.events.tables import Delivery, DutyClock, Outbox
from common.host import Host
from common.op import Op, usecase
from common.service import installed_services
from common.settings import load_settings

LOW_DISK = 1_000_000_000
OLD_OUTBOX_SECONDS = 60
LATE_DUTY_SECONDS = 300


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
            findings += _of_host(host)
    except SizaoError as problem:
        findings.append(_finding("keys", problem.en, problem.zh))
    return _end(findings)


def _of_host(host: Host) -> list[dict[str, str]]:
    name = host.service.name
    try:
        wrong = revision_problem(host.service, host.engine)
        if wrong:
            return [_finding(name, wrong, f"run 'sizao migrate {name}'")]
        return [_finding(name, *pair) for pair in host.run_system(examine, system(name))]
    except Exception as problem:  # noqa: BLE001 - whatever is wrong with the database is a finding
        return [
            _finding(name, f"the database does not answer: {type(problem).__name__}", "check address, password, server")
        ]


@usecase(read=True)
def examine(op: Op) -> list[tuple[str, str]]:
    """What looks wrong in a service's own tables: (what, how to mend it)."""
    found: list[tuple[str, str]] = []
    oldest = op.db.scalar(select(func.min(Outbox.created_at)).where(Outbox.parked_at.is_(None)))
    if oldest is not None and (op.now - oldest).total_seconds() > OLD_OUTBOX_SECONDS:
        found.append(
            (f"an event waits in the outbox since {oldest.isoformat()}", "is the relay running, the broker up?")
        )
    parked = op.db.scalar(select(func.count()).select_from(Delivery).where(Delivery.parked_at.is_not(None))) or 0
    if parked:
        found.append((f"{parked} events are parked", f"look at them: sizao parked list {op.host.service.name}"))
    late = op.db.scalar(select(func.min(DutyClock.next_at)))
    if late is not None and (op.now - late).total_seconds() > LATE_DUTY_SECONDS:
        found.append((f"a duty is due since {late.isoformat()}", "is the worker running?"))
    sites = set(op.db.scalars(select(SiteCopy.code).where(SiteCopy.suspended.is_(False))))
    if op.host.service.name != "coordination":
        without = sites - set(op.db.scalars(select(ProtocolCopy.site).distinct()))
        found += [(f"site {site} has no protocol", f"sizao protocol adopt {site} …") for site in sorted(without)]
    return found


def _finding(where: str, what: str, mend: str) -> dict[str, str]:
    return {"where": where, "what": what, "mend": mend}


def _end(findings: list[dict[str, str]]) -> Any:
    if not findings:
        say({"state": "well"})
        return
    say(findings, title="doctor")
    raise SystemExit(1)


COMMANDS = (run, migrate, doctor)
