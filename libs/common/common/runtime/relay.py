"""The relay process of one service: outbox to broker."""

from __future__ import annotations

import structlog

from common.caller import system
from common.events.amqp.publisher import AmqpPublisher
from common.events.amqp.watch import watch_consumers
from common.events.relay import Relay, gauge_outbox
from common.observe.health import Health, database_check
from common.runtime.processes import Loop, need_broker, serve_health, stop_on_signals
from common.runtime.start import start
from common.service import Service
from common.settings import Settings

log = structlog.get_logger()
WATCH_SECONDS = 60.0
GAUGE_SECONDS = 5.0
TICK_LIMIT = 60.0


def run_relay(service: Service, settings: Settings) -> None:
    """Relays until SIGTERM; stands by while another relay is active. Raises Invalid without a broker."""
    urls = need_broker(settings)
    stop = stop_on_signals()
    host = start(settings, [service])[service.name]
    health = Health()
    types = [payload.event_type for payload in service.publishes]
    publisher = AmqpPublisher(urls, f"sizao {service.name} relay", types, settings.tiers)
    relay = Relay(host, publisher, beat=health.loop("relay", TICK_LIMIT))
    health.needs(database_check(host))
    server = serve_health(health, settings)
    publisher.start()

    def watch() -> None:
        if relay.active.wait(WATCH_SECONDS):
            watch_consumers(service.name, urls, settings.amqp_management, types, settings.tiers)

    def gauge() -> None:
        if relay.active.is_set():
            host.run_system(gauge_outbox, system(service.name))

    Loop("gauges", gauge, GAUGE_SECONDS, stop)
    watching = Loop("watch", watch, WATCH_SECONDS, stop)
    try:
        relay.run(stop)
    finally:
        publisher.stop()
        watching.join(1.0)
        if server is not None:
            server.stop()
        host.close()
        log.info("relay.stopped", service=service.name)
