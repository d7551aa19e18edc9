"""The whole system in one process: SQLite files, events delivered in the process, one address."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gunicorn.app.base import BaseApplication
from rich.console import Console
from rich.panel import Panel

from common.data.migrate import upgrade
from common.host import Host
from common.runtime.certificate import make_certificate
from common.runtime.engine import EmbeddedEngine
from common.runtime.folder import take_folder, write_private
from common.runtime.mount import mount
from common.runtime.start import start
from common.secrets.keyring import KeyRing
from common.service import installed_services
from common.settings import Settings

REQUEST_THREADS = 16
TRIAL_ACCOUNTS = "trial-accounts.json"


def prepare(settings: Settings) -> list[str]:
    """Makes what is missing (folder, keys, tables, trial or first link); returns lines for whoever started it."""
    take_folder(settings.data)
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


def address(settings: Settings) -> str:
    """The address people open."""
    scheme = "https" if settings.tls else "http"
    return settings.public_url.rstrip("/") or f"{scheme}://{settings.host}:{settings.port}"


class EmbeddedServer(BaseApplication):  # type: ignore[misc]
    """Gunicorn with one threaded worker; the loops of the engine run beside it in the same process."""

    def __init__(self, settings: Settings, lines: list[str]) -> None:
        self.settings = settings
        self.lines = lines
        super().__init__()

    def load_config(self) -> None:
        """One worker: SQLite has one writer, and the engine must run once."""
        options: dict[str, Any] = {
            "bind": f"{self.settings.host}:{self.settings.port}",
            "worker_class": "gthread",
            "workers": 1,
            "threads": REQUEST_THREADS + self.settings.streams,
            "keepalive": 30,
            "graceful_timeout": 10,
            "timeout": 60,
            "loglevel": "warning",
            "proc_name": "sizao",
            "control_socket_disable": True,
            "worker_tmp_dir": None,
        }
        if self.settings.tls:
            certificate, key = make_certificate(self.settings.data, self.settings.host)
            options |= {"certfile": str(certificate), "keyfile": str(key)}
        for name, value in options.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)
        self.cfg.set("post_worker_init", lambda _worker: show(self.settings, self.lines))
        self.cfg.set("worker_exit", lambda _server, _worker: self._stop())

    def load(self) -> Any:
        """Builds the application in the worker, after the fork."""
        hosts = start(self.settings, installed_services().values())
        self.hosts = hosts
        self.engine = EmbeddedEngine(hosts)
        application = mount(hosts)
        self.engine.start()
        return application

    def _stop(self) -> None:
        engine = getattr(self, "engine", None)
        if engine is not None:
            engine.stop()
            for host in self.hosts.values():
                host.close()


def show(settings: Settings, lines: list[str]) -> None:
    """Tells the terminal where to look."""
    words = [f"[bold]{address(settings)}/[/bold]", *lines, f"数据目录 data folder: {Path(settings.data).resolve()}"]
    if settings.tls:
        words.append(
            f"首次使用请在设备上信任该证书 trust this certificate on each device: {settings.data / 'tls' / 'ca.pem'}"
        )
    Console(stderr=True, soft_wrap=True).print(Panel("\n".join(words), title="四早 Sizao", expand=False))


def run_embedded(settings: Settings) -> None:
    """Runs until it is stopped."""
    EmbeddedServer(settings, prepare(settings)).run()
