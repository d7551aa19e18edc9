"""The whole system in one process: SQLite files, events delivered in the process, one address.

The process that watches over it imports no service, and what is prepared before the start is done in a process of its
own: memory is used once.
"""

from __future__ import annotations

import multiprocessing
import sys
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from gunicorn.app.base import BaseApplication

from common.errors import SizaoError
from common.runtime.folder import take_folder
from common.settings import Settings

REQUEST_THREADS = 16


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
            from common.runtime.certificate import make_certificate

            certificate, key = make_certificate(self.settings.data, self.settings.host)
            options |= {"certfile": str(certificate), "keyfile": str(key)}
        for name, value in options.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)
        self.cfg.set("post_worker_init", lambda _worker: show(self.settings, self.lines))
        self.cfg.set("worker_exit", lambda _server, _worker: self._stop())

    def load(self) -> Any:
        """Builds the application in the worker, after the fork."""
        from common.runtime.engine import EmbeddedEngine
        from common.runtime.mount import mount
        from common.runtime.start import start
        from common.service import installed_services

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
    """Tells the terminal where to look; one line each and never cut, since a link is among them."""
    words = [f"四早 Sizao  {address(settings)}/", *lines, f"数据目录 data folder: {Path(settings.data).resolve()}"]
    if settings.tls:
        words.append(
            f"请在各设备上信任该证书 trust this certificate on each device: {settings.data / 'tls' / 'ca.pem'}"
        )
    print("\n".join(words), file=sys.stderr, flush=True)  # noqa: T201 - this is what the terminal is for


def run_embedded(settings: Settings) -> None:
    """Runs until it is stopped."""
    take_folder(settings.data)
    EmbeddedServer(settings, _prepared(settings)).run()


def _prepared(settings: Settings) -> list[str]:
    """What `prepare` tells, from a process of its own; ends this one if that one failed."""
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    child = context.Process(target=_prepare, args=(settings, sender), name="sizao-prepare")
    child.start()
    sender.close()
    try:
        told: list[str] | SizaoError = receiver.recv()
    except EOFError:
        child.join()
        raise SystemExit(child.exitcode or 1) from None
    child.join()
    if isinstance(told, SizaoError):
        raise told
    return told


def _prepare(settings: Settings, sender: Connection) -> None:
    from common.runtime.prepare import prepare

    try:
        sender.send(prepare(settings))
    except SizaoError as refused:
        sender.send(SizaoError(refused.code, refused.en.replace("{", "{{"), refused.zh.replace("{", "{{")))
