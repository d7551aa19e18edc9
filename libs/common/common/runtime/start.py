"""What every runtime does first: settings, logs, keys, clock, hosts."""

from __future__ import annotations

from collections.abc import Iterable

from common.clock import SystemClock
from common.host import Host
from common.observe.logs import set_up_logs
from common.observe.tracing import set_up_tracing
from common.secrets.current import set_keyring
from common.secrets.keyring import KeyRing
from common.service import Service
from common.settings import Settings


def start(settings: Settings, services: Iterable[Service]) -> dict[str, Host]:
    """Loads the installation's keys and puts each service at home in this process."""
    services = list(services)
    set_up_logs(settings)
    set_up_tracing(settings, services[0].name if len(services) == 1 else "sizao")
    set_keyring(KeyRing.load(settings.keyring_path))
    clock = SystemClock(settings.clock_offset_file)
    return {service.name: Host(service, settings, clock) for service in services}
