"""Relay, outbox to confirmed quorum queue, against a bare windowed pika publisher: python -m benchmarks relay"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Sequence
from typing import Any

import pika
from sqlalchemy import func, insert, select

from benchmarks.grammar import Numbers, Result, interleaved
from benchmarks.servers import two_services
from common.events.amqp.connect import channel
from common.events.amqp.publisher import AmqpPublisher
from common.events.amqp.topology import EXCHANGE, bindings, declare_consumer, declare_exchange
from common.events.catalogue.isolation import IncidentClosed
from common.events.letters import Letter
from common.events.payload import routing_key
from common.events.relay import Relay
from common.events.tables import Outbox
from common.ids import new_id
from common.testing.installation import Installation
from common.testing.servers.engine import wait_until

TYPE = IncidentClosed.event_type
WINDOW = 1000
BODY = json.dumps({"specversion": "1.0", "type": TYPE, "data": {"words": "x" * 500}})


def relay_rate(installation: Installation, count: int) -> Numbers:
    """Events a second that leave a full outbox and are in the log, each confirmed by the broker."""
    host = installation.hosts["screening"]
    now = host.clock.now()
    row = {"site": "main", "type": TYPE, "urgent": False, "created_at": now, "attempts": 0, "body": BODY}
    with host.system_engine.begin() as connection:
        connection.execute(insert(Outbox), [{"id": new_id(), **row} for _ in range(count)])
    stop = threading.Event()
    publisher = AmqpPublisher(installation.settings.amqp, "bench relay", [TYPE], installation.settings.tiers)
    publisher.start()
    relay = Relay(host, publisher)
    thread = threading.Thread(target=relay.run, args=(stop,))
    assert publisher.ready(30)

    def empty() -> bool:
        with host.system_engine.connect() as connection:
            return not connection.scalar(select(func.count()).select_from(Outbox))

    started, busy = time.perf_counter(), time.process_time()
    thread.start()
    wait_until(empty, 120, "an empty outbox")
    numbers = {
        "rate": count / (time.perf_counter() - started),
        "cpu": (time.process_time() - busy) * 1_000_000 / count,
    }
    stop.set()
    thread.join()
    publisher.stop()
    purge(installation)
    return numbers


def bare_rate(installation: Installation, letters: Sequence[Letter]) -> Numbers:
    """Events a second that a bare publisher with the same window, message and topology gets confirmed."""
    with channel(installation.settings.amqp, "bench") as open_channel:
        declare_exchange(open_channel)
        declare_consumer(open_channel, "notify", installation.settings.tiers)
    state = {"sent": 0, "confirmed": 0, "started": 0.0, "rate": 0.0, "busy": 0.0, "cpu": 0.0}
    key = routing_key("main", TYPE)

    def more(open_channel: Any) -> None:
        while state["sent"] < len(letters) and state["sent"] - state["confirmed"] < WINDOW:
            letter = letters[int(state["sent"])]
            headers = {"id": letter.id, "type": TYPE, "site": "main"}
            properties = pika.BasicProperties(
                content_type="application/cloudevents+json", delivery_mode=2, message_id=letter.id, headers=headers
            )
            open_channel.basic_publish(EXCHANGE, key, letter.body.encode(), properties)
            state["sent"] += 1

    def confirmed(open_channel: Any, frame: Any) -> None:
        state["confirmed"] = frame.method.delivery_tag if frame.method.multiple else state["confirmed"] + 1
        if state["confirmed"] >= len(letters):
            state["rate"] = len(letters) / (time.perf_counter() - state["started"])
            state["cpu"] = time.process_time() - state["busy"]
            open_channel.connection.close()
        elif state["sent"] - state["confirmed"] < WINDOW // 2:
            more(open_channel)

    def opened(open_channel: Any) -> None:
        open_channel.confirm_delivery(
            lambda frame: confirmed(open_channel, frame), callback=lambda _f: begin(open_channel)
        )

    def begin(open_channel: Any) -> None:
        state["started"], state["busy"] = time.perf_counter(), time.process_time()
        more(open_channel)

    connection = pika.SelectConnection(
        pika.URLParameters(installation.settings.amqp),
        on_open_callback=lambda opened_one: opened_one.channel(on_open_callback=opened),
        on_close_callback=lambda closed, _reason: closed.ioloop.stop(),
    )
    connection.ioloop.start()
    connection.ioloop.close()
    purge(installation)
    return {"rate": state["rate"], "cpu": state["cpu"] * 1_000_000 / len(letters)}


def purge(installation: Installation) -> None:
    """Empties the queues, so that each round begins alike."""
    with channel(installation.settings.amqp, "bench") as open_channel:
        for queue in bindings("notify"):
            open_channel.queue_purge(queue)


def measure(count: int = 20_000, rounds: int = 3) -> Result:
    """Both in turn, after one short round to warm up."""
    letters = [Letter(new_id(), "main", TYPE, BODY) for _ in range(count)]
    result = Result(
        "relay",
        "outbox to confirmed quorum queue and event log",
        {"events": count, "body": len(BODY), "rounds": rounds},
    )
    with two_services() as installation:
        relay_rate(installation, 2_000)
        seen = interleaved(
            rounds,
            {"sizao": lambda: relay_rate(installation, count), "bare": lambda: bare_rate(installation, letters)},
        )
    result.number("relay", seen["sizao"]["rate"], "/s")
    result.number("bare windowed pika publisher", seen["bare"]["rate"], "/s")
    result.ratio("relay / bare publisher", seen["sizao"]["rate"], seen["bare"]["rate"], at_least=0.8)
    result.number("relay's own CPU", seen["sizao"]["cpu"], "µs/event")
    result.number("bare publisher's own CPU", seen["bare"]["cpu"], "µs/event")
    return result
