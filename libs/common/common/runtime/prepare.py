"""What an embedded installation needs before it starts: keys, tables, and its first content."""

from __future__ import annotations

import json
from collections.abc import Mapping

from common.data.migrate import upgrade
from common.host import Host
from common.runtime.embedded import address
from common.runtime.engine import EmbeddedEngine
from common.runtime.folder import write_private
from common.runtime.start import start
from common.secrets.keyring import KeyRing
from common.service import installed_services
from common.settings import Settings

TRIAL_ACCOUNTS = "trial-accounts.json"


def prepare(settings: Settings) -> list[str]:
    """Makes what is missing (folder, keys, tables, trial or first link); returns lines for whoever started it."""
    if not settings.keyring_path.exists():
        KeyRing.create(settings.keyring_path)
    services = installed_services()
    for name, service in services.items():
        upgrade(service, settings.database_url(name))
    hosts = start(settings, services.values())
    try:
        return _first_content(settings, hosts)
    finally:
        for host in hosts.values():
            host.close()


def _first_content(settings: Settings, hosts: Mapping[str, Host]) -> list[str]:
    coordination = hosts["coordination"]
    engine = EmbeddedEngine(hosts)
    seed = coordination.service.seed
    found = coordination.service.extra["found_installation"]
    lines: list[str] = []
    if settings.trial and seed is not None:
        accounts = seed(coordination)
        if accounts:
            path = settings.data / TRIAL_ACCOUNTS
            write_private(path, json.dumps(accounts, ensure_ascii=False, indent=1))
        if (settings.data / TRIAL_ACCOUNTS).exists():
            lines.append(f"试用账号 trial sign-ins: {settings.data / TRIAL_ACCOUNTS}")
    elif not settings.trial:
        link = found(coordination)
        if link:
            lines.append(f"首位管理员一次性链接 one-time link for the first administrator: {address(settings)}{link}")
    engine.settle(rounds=2000)
    return lines
