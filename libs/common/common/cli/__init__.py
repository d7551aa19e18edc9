"""The command `sizao`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from common.cli.output import in_words
from common.host import Host
from common.service import Service, installed_services
from common.settings import load_settings

TOGETHER = ("run", "migrate", "web", "worker", "relay", "live", "doctor")


class Root(click.Group):
    """The root group: `--json` may stand anywhere, and our errors end as words and an exit code."""

    def parse_args(self, context: click.Context, arguments: list[str]) -> list[str]:
        """Takes `--json` out of the arguments wherever it stands."""
        context.ensure_object(dict)
        if "--json" in arguments:
            context.obj["json"] = True
            arguments = [one for one in arguments if one != "--json"]
        return super().parse_args(context, arguments)

    def invoke(self, context: click.Context) -> Any:
        """Runs a command; our errors are told in words."""
        return in_words(super().invoke)(context)


@click.group(cls=Root, help="Sizao 四早: find, report, isolate and treat early. Add --json anywhere for programs.")
def main() -> None:
    """The root command."""


def open_hosts(*names: str) -> Mapping[str, Host]:
    """Hosts of the named services (all if none is named) for a command, with the installation's settings and keys."""
    from common.runtime.start import start

    context = click.get_current_context().find_root()
    services = installed_services()
    chosen = [services[name] for name in (names or services)]
    hosts = start(load_settings(log_level="warning", log_format="console"), chosen)
    for host in hosts.values():
        context.call_on_close(host.close)
    return hosts


def service_named(name: str) -> Service:
    """An installed service; raises a usage error that lists them for another name."""
    services = installed_services()
    if name not in services:
        raise click.UsageError(f"there is no service '{name}'; there are: {', '.join(services)}")
    return services[name]


def _add_commands() -> None:
    from common.cli import contract, demo, events, installation, processes, records

    for module in (installation, processes, events, records, contract, demo):
        for command in module.COMMANDS:
            main.add_command(command)
    for service in installed_services().values():
        for command in service.cli:
            _merge(main, command)


def _merge(group: click.Group, command: click.Command) -> None:
    """Adds a service's command; a group of a name that is there already gets the new subcommands."""
    known = group.commands.get(command.name or "")
    if isinstance(known, click.Group) and isinstance(command, click.Group):
        for sub in command.commands.values():
            _merge(known, sub)
    else:
        group.add_command(command)


_add_commands()
