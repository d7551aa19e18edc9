"""The command that plays a day through the public API."""

from __future__ import annotations

import json
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress

from common.cli.output import say, wants_json
from common.errors import Invalid
from common.settings import load_settings


@click.group()
def demo() -> None:
    """Invented traffic, to see an installation at work."""


@demo.command()
@click.option("--checks", default=200, show_default=True, type=click.IntRange(1, 1_000_000))
@click.option("--fevers", default=2, show_default=True, type=click.IntRange(0, 10_000))
@click.option("--site", default="main", show_default=True)
@click.option("--rate", default=0.0, show_default=True, help="Checks a second, one by one; 0: as fast as it goes.")
@click.option("--seed", default=20210301, show_default=True)
@click.option("--address", help="Where the installation answers (default: this machine, SIZAO_PORT).")
@click.option("--accounts", type=click.Path(path_type=Path), help="Sign-ins (default: the trial's in the data folder).")
def day(
    checks: int, fevers: int, site: str, rate: float, seed: int, address: str | None, accounts: Path | None
) -> None:
    """Play a day at SITE: checks, fevers worked to their end, a sealed register; then compare all totals."""
    from common.demo.client import ApiClient
    from common.demo.day import play, reconcile
    from common.runtime.embedded import address as own_address
    from common.runtime.prepare import TRIAL_ACCOUNTS

    settings = load_settings()
    sign_ins = _sign_ins(accounts or settings.data / TRIAL_ACCOUNTS, site)
    clients: dict[str, ApiClient] = {}

    def client(role: str) -> ApiClient:
        if role not in sign_ins:
            raise Invalid("demo.role", "No sign-in for {role}.", "没有角色 {role} 的账号。", role=role)
        if role not in clients:
            clients[role] = ApiClient(address or own_address(settings), *sign_ins[role])
        return clients[role]

    with Progress(console=Console(stderr=True), disable=wants_json()) as bar:
        task = bar.add_task(f"{site}", total=checks)
        played = play(
            client,
            site=site,
            checks=checks,
            fevers=fevers,
            rate=rate,
            seed=seed,
            progress=lambda count: bar.advance(task, count),
        )
        lines = reconcile(client, played)
    for one in clients.values():
        one.close()
    say(
        {"site": site, "day": played.local_day, "sent": played.sent, "totals": lines, "seal": played.seal}
        if wants_json()
        else lines,
        title=f"{site} {played.local_day}",
    )
    if not all(line["agree"] for line in lines):
        raise SystemExit(1)


def _sign_ins(path: Path, site: str) -> dict[str, tuple[str, str]]:
    try:
        listed = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        raise Invalid(
            "demo.accounts",
            "The sign-ins in {path} can't be read: start a trial first ('sizao run'), or name a file with --accounts.",
            "无法读取 {path} 中的账号:请先用 sizao run 启动试用,或用 --accounts 指定文件。",
            path=path,
        ) from problem
    found: dict[str, tuple[str, str]] = {}
    for one in listed:
        if one["site"] == site:
            for role in one["roles"]:
                found.setdefault(role, (one["login"], one["password"]))
    return found


COMMANDS = (demo,)
