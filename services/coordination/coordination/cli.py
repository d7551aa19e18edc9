"""Commands of coordination: sites, staff lists, protocols, passwords, signing keys."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from common.caller import Caller, system
from common.host import Host
from coordination.usecases.import_staff import import_staff
from coordination.usecases.keys import list_keys, rotate_keys
from coordination.usecases.links import MadeLink, invite_administrators, password_link
from coordination.usecases.protocols import adopt_protocol, list_adoptions, protocol_named, shipped_protocols
from coordination.usecases.sites import list_sites, open_site

OPERATOR: Caller = system("coordination")
DAY = click.DateTime(formats=["%Y-%m-%d"])


def _host() -> Host:
    from common.cli import open_hosts

    return open_hosts("coordination")["coordination"]


def _say(value: Any, **options: Any) -> None:
    from common.cli.output import say

    say(value, **options)


def _day(given: datetime | None) -> date | None:
    return given.date() if given is not None else None


def _shown(host: Host, link: MadeLink) -> dict[str, str]:
    from common.runtime.embedded import address

    shown = {"link": address(host.settings) + link.path, "expires": link.expires_at.isoformat(timespec="minutes")}
    return {"role": link.role.value, **shown} if link.role is not None else shown


@click.group()
def site() -> None:
    """Bureaus."""


@site.command("add")
@click.argument("code")
@click.argument("name")
@click.option("--name-en", default="", help="English name.")
@click.option("--timezone", default="Asia/Shanghai", show_default=True)
def add_site(code: str, name: str, name_en: str, timezone: str) -> None:
    """Open a bureau with the plan's groups, and print one-time links for its three administrators."""
    host = _host()
    host.run_system(open_site, OPERATOR, code=code, name=name, name_en=name_en, timezone=timezone)
    links = host.run_system(invite_administrators, OPERATOR, site=code)
    _say([_shown(host, link) for link in links], title=code)


@site.command("list")
def show_sites() -> None:
    """Every bureau."""
    rows = _host().run_system(list_sites, OPERATOR)
    _say([{"code": one.code, "name": one.name, "timezone": one.timezone, "suspended": one.suspended} for one in rows])


@click.group()
def staff() -> None:
    """The directory of people."""


@staff.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--site", "site_code", required=True, help="Code of the bureau.")
@click.option("--dry-run", is_flag=True, help="Only say what would happen.")
@click.option("--refused", type=click.Path(dir_okay=False, path_type=Path), help="Write refused rows to this XLSX.")
def import_list(file: Path, site_code: str, dry_run: bool, refused: Path | None) -> None:
    """Take in a staff list; exit code 1 if a line was refused."""
    from common.cli.output import REFUSED, wants_json
    from coordination.usecases.import_staff import refused_rows

    host = _host()
    outcome = host.run_system(
        import_staff, OPERATOR, site=site_code, filename=file.name, data=file.read_bytes(), dry_run=dry_run
    )
    told = dict(outcome.__dict__)
    rows = told.pop("rows")
    if wants_json():
        _say({**told, "rows": rows})
    else:
        _say(told, title=file.name)
        if rows:
            _say(rows)
    if refused is not None and outcome.id is not None and outcome.refused:
        refused.write_bytes(host.run_system(refused_rows, OPERATOR, import_id=outcome.id))
    if outcome.refused:
        raise SystemExit(REFUSED)


@click.group()
def protocol() -> None:
    """Protocols that come with the product, and what sites adopted."""


@protocol.command("show")
@click.argument("code", required=False)
@click.option("--site", "site_code", help="What this site adopted, the newest first.")
def show_protocol(code: str | None, site_code: str | None) -> None:
    """Show one protocol whole, the list of all, or what a site adopted."""
    if code is not None:
        _say(protocol_named(code).model_dump(mode="json"))
    elif site_code is not None:
        rows = _host().run_system(list_adoptions, OPERATOR, site=site_code)
        _say(
            [
                {
                    "version": one.version,
                    "protocol": one.protocol_code,
                    "from": one.effective_from,
                    "to": one.effective_to,
                }
                for one in rows
            ]
        )
    else:
        _say(
            [
                {"code": one.code, "title": one.title.zh, "from": one.effective_from, "to": one.effective_to}
                for one in shipped_protocols().values()
            ]
        )


@protocol.command("adopt")
@click.argument("site_code")
@click.argument("code")
@click.option("--from", "first", type=DAY, required=True, help="First day, as 2021-03-01.")
@click.option("--to", "last", type=DAY, help="Last day; left out: without end.")
@click.option("--beyond", is_flag=True, help="Take days outside the protocol's own.")
@click.option("--reason", default="")
def adopt(site_code: str, code: str, first: datetime, last: datetime | None, beyond: bool, reason: str) -> None:
    """Put a protocol in force at a site from a day on."""
    row = _host().run_system(
        adopt_protocol, OPERATOR, site=site_code, protocol=code, effective_from=first.date(), effective_to=_day(last),
        beyond=beyond, reason=reason,
    )  # fmt: skip
    _say(
        {
            "site": site_code,
            "protocol": code,
            "version": row.version,
            "from": row.effective_from,
            "to": row.effective_to,
        }
    )


@click.group()
def password() -> None:
    """Passwords."""


@password.command("reset")
@click.argument("login")
def reset(login: str) -> None:
    """Print a one-time link with which LOGIN sets a new password."""
    host = _host()
    _say(_shown(host, host.run_system(password_link, OPERATOR, login=login)))


@click.group()
def keys() -> None:
    """Keys."""


@keys.command("rotate")
@click.option("--revoke", is_flag=True, help="End every session under the old keys at once.")
def rotate(revoke: bool) -> None:
    """Sign sessions with a new key from now on."""
    key = _host().run_system(rotate_keys, OPERATOR, revoke=revoke)
    _say({"kid": key.kid, "not_after": key.not_after.isoformat(timespec="minutes")})


@keys.command("list")
def show_keys() -> None:
    """Every signing key there was."""
    rows = _host().run_system(list_keys, OPERATOR)
    _say(
        [
            {"kid": one.kid, "made": one.made_at, "until": one.not_after, "active": one.active, "revoked": one.revoked}
            for one in rows
        ]
    )


COMMANDS = (site, staff, protocol, password, keys)
