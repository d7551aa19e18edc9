"""The process of live streams: the `live` blueprint of a service alone, on gevent, thousands of streams a process."""

from __future__ import annotations

import dataclasses
from importlib import import_module
from typing import Any

from common.errors import Invalid
from common.runtime.mount import mount
from common.runtime.start import start
from common.runtime.web import serve
from common.service import Service
from common.settings import Settings

CONNECTIONS = 5000


def run_live(service: Service, settings: Settings) -> None:
    """Serves the streams of one service until SIGTERM. Raises Invalid for a service that has none."""
    blueprint = live_blueprint(service)
    alone = dataclasses.replace(service, api=(), pages=(blueprint,))
    options = {"worker_class": "gevent", "workers": 1, "worker_connections": CONNECTIONS, "timeout": 120}
    serve(lambda: mount(start(settings, [alone])), settings, options)


def live_blueprint(service: Service) -> Any:
    """The Flask blueprint `live` of the module `<service>.live`. Raises Invalid where there is none."""
    name = f"{service.name}.live"
    try:
        return import_module(name).live
    except ModuleNotFoundError as missing:
        if missing.name != name:
            raise
        raise Invalid(
            "live.none",
            "The service {service} has no live streams; notify has.",
            "服务 {service} 没有实时推送;请使用 notify。",
            service=service.name,
        ) from missing
