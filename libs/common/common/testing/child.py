"""One process of a service for `ProcessSystem`: python -m common.testing.child KIND SERVICE [MODULE]

MODULE names a module whose SERVICES holds the services of a test; without it they are the installed ones.
"""

from __future__ import annotations

import sys
from importlib import import_module

from common.service import Service, installed_services
from common.settings import load_settings


def services_of(module: str | None) -> dict[str, Service]:
    """The services of a module, or the installed ones."""
    if module is None:
        return installed_services()
    return {service.name: service for service in import_module(module).SERVICES}


def main(kind: str, service: str, module: str | None = None) -> None:
    """Runs the process until it is told to stop."""
    run = getattr(import_module(f"common.runtime.{kind}"), f"run_{kind}")
    run(services_of(module)[service], load_settings())


if __name__ == "__main__":
    main(*sys.argv[1:])
