"""The command `sizao`."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from common.cli import installation, processes
from common.cli.output import in_words

if TYPE_CHECKING:
    from common.host import Host
    from common.service import Service

ALONE = ("run", "web", "worker", "relay", "live", "migrate", "doctor")
"""Commands that no service adds to: they start without importing any."""


class Root(click.Group):
    """The root group: `--json` may stand anywhere, and our errors end as words and an exit code."""

    def parse_args(self, context: click.Context, arguments: list[str]) -> list[str]:
        """Takes `--json` out of the arguments wherever it stands."""
        context.ensure_object(dict)
        if "--json" in arguments:
            context.obj["json"] = True
            arguments = [one for one in arguments if one != "--json"]
        return super().parse_args(context, arguments)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        """The command of that name; those of the services are looked up only when one of them may be meant."""
        if name not in ALONE:
            _add_commands()
        return super().get_command(context, name)

    def list_commands(self, context: click.Context) -> list[str]:
        """All commands, those of the services too."""
        _add_commands()
        return super().list_commands(context)

    def invoke(self, context: click.Context) -> Any:
        """Runs a command; our errors are told in words."""
        return in_words(super().invoke)(context)


@click.group(cls=Root, help="Sizao 四早: find, report, isolate and treat early. Add --json anywhere for programs.")
def main() -> None:
    """The root command."""


def open_hosts(*names: str) -> Mapping[str, Host]:
    """Hosts of the named services (all if none is named) for a command, with the installation's settings and keys."""
    from common.runtime.start import start
    from common.service import installed_services
    from common.settings import load_settings

    context = click.get_current_context().find_root()
    services = installed_services()
    chosen = [services[name] for name in (names or services)]
    hosts = start(load_settings(log_level="warning", log_format="console"), chosen)
    for host in hosts.values():
        context.call_on_close(host.close)
    return hosts


def service_named(name: str) -> Service:
    """An installed service; raises a usage error that lists them for another name."""
    from common.service import installed_services

    services = installed_services()
    if name not in services:
        raise click.UsageError(f"there is no service '{name}'; there are: {', '.join(services)}")
    return services[name]


@functools.cache
def _add_commands() -> None:
    from common.cli import contract, database, demo, events, records
    from common.service import installed_services

    for module in (events, records, contract, demo, database):
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


for _module in (installation, processes):
    for _command in _module.COMMANDS:
        main.add_command(_command)
