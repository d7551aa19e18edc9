"""Commands of the audit log."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from common.audit.export import export_zip
from common.audit.log import verify_site
from common.caller import system
from common.cli.output import say
from common.copies.lookups import site_codes
from common.host import Host
from common.op import Op, usecase


@usecase(read=True)
def verify_chains(op: Op) -> list[dict[str, Any]]:
    """Verifies each site's chain of this service."""
    found = []
    for site in site_codes(op.db):
        result = verify_site(op.db, site)
        found.append(
            {
                "service": op.host.service.name,
                "site": site,
                "entries": result.head.position,
                "holds": result.holds,
                "broken_at": result.broken_at,
                "altered": list(result.altered) or None,
                "reason": result.reason,
                "head": result.head.hash,
            }
        )
    return found


@click.group()
def audit() -> None:
    """The hash-chained audit log."""


@audit.command()
def verify() -> None:
    """Check every chain of every service; exit code 1 if one is broken."""
    from common.cli import open_hosts

    rows: list[dict[str, Any]] = []
    for host in open_hosts().values():
        rows += host.run_system(verify_chains, system(host.service.name))
    say(rows, title="audit", columns=("service", "site", "entries", "holds", "broken_at", "altered", "reason"))
    if not all(row["holds"] for row in rows):
        raise SystemExit(1)


@audit.command()
@click.argument("service")
@click.argument("site")
@click.argument("path", type=click.Path(path_type=Path))
def export(service: str, site: str, path: Path) -> None:
    """Write the audit log of SERVICE at SITE to a ZIP, with a checker that needs nothing but Python."""
    from common.cli import open_hosts, service_named

    service_named(service)
    host: Host = open_hosts(service)[service]

    def write(op: Op) -> None:
        export_zip(op.db, site, path)

    host.run_system(write, system(service))
    say({"file": str(path), "service": service, "site": site})


COMMANDS = (audit,)
