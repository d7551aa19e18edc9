"""Commands that run one process of one service: web, relay, worker, live."""

from __future__ import annotations

import click

from common.settings import load_settings


@click.command()
@click.argument("service")
def web(service: str) -> None:
    """Serve the API and pages of SERVICE."""
    from common.cli import service_named
    from common.runtime.web import run_web

    run_web(service_named(service), load_settings())


@click.command()
@click.argument("service")
def worker(service: str) -> None:
    """Consume events for SERVICE and do its duties."""
    from common.cli import service_named
    from common.runtime.worker import run_worker

    run_worker(service_named(service), load_settings())


@click.command()
@click.argument("service")
def relay(service: str) -> None:
    """Publish the events of SERVICE to the broker."""
    from common.cli import service_named
    from common.runtime.relay import run_relay

    run_relay(service_named(service), load_settings())


@click.command()
@click.argument("service", default="notify")
def live(service: str) -> None:
    """Serve the live streams (of notify)."""
    from common.cli import service_named
    from common.runtime.live import run_live

    run_live(service_named(service), load_settings())


COMMANDS = (web, worker, relay, live)
