"""The worker process of one service: consumes its queues and does its duties."""

from __future__ import annotations

import structlog

from common.events.amqp.consumer import Consumer
from common.events.amqp.watch import gauge_queues
from common.observe.health import Health, database_check
from common.runtime.duties import run_due_duties
from common.runtime.processes import Loop, need_broker, serve_health, stop_on_signals
from common.runtime.start import start
from common.service import Service
from common.settings import Settings

log = structlog.get_logger()
DUTY_SECONDS = 1.0
GAUGE_SECONDS = 10.0
TICK_LIMIT = 60.0
DUTY_LIMIT = 900.0
"""Seconds: a purge or a long import is at work this long without being stuck."""
FINISH_SECONDS = 10.0


def run_worker(service: Service, settings: Settings) -> None:
    """Works until SIGTERM; then finishes what is at hand, within a deadline. Raises Invalid without a broker."""
    urls = need_broker(settings)
    stop = stop_on_signals()
    host = start(settings, [service])[service.name]
    health = Health()
    consumer = Consumer(
        host, urls, threads=settings.worker_threads, tiers=settings.tiers, beat=health.loop("consumer", TICK_LIMIT)
    )
    health.needs(database_check(host))
    health.needs(lambda: None if consumer.subscribed.is_set() else "not subscribed to its queues")
    server = serve_health(health, settings)
    duty_tick = health.loop("duties", DUTY_LIMIT)

    def do_duties() -> None:
        duty_tick()
        run_due_duties(host)

    def look() -> None:
        if consumer.subscribed.is_set():
            gauge_queues(service.name, urls, settings.tiers)

    duties = Loop("duties", do_duties, DUTY_SECONDS, stop)
    Loop("gauges", look, GAUGE_SECONDS, stop)
    try:
        consumer.run(stop)
    finally:
        duties.join(FINISH_SECONDS)
        if server is not None:
            server.stop()
        host.close()
        log.info("worker.stopped", service=service.name)
