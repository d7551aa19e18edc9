"""Worker, inbox and effect, singly and in micro-batches, against bare psycopg that does the same work."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Sequence
from typing import cast

import psycopg
from sqlalchemy import Table, insert
from sqlalchemy.engine import make_url

from benchmarks.grammar import Numbers, Result, interleaved
from benchmarks.servers import two_services
from common.events.amqp.consumer import BATCH
from common.events.catalogue.screening import CheckCompleted
from common.events.envelope import Envelope
from common.events.receive import receive, receive_batch
from common.host import Host
from common.ids import new_id
from common.op import Op
from common.service import Reaction, Received
from common.testing.installation import Installation
from common.testing.two import TwoNote
from common.testing.wires import envelope_of

INBOX = (
    "INSERT INTO inbox (consumer, source, event_id, type, handled_at) VALUES ('notify', %s, %s, %s, %s) "
    "ON CONFLICT DO NOTHING RETURNING event_id"
)
EFFECT = "INSERT INTO two_note (id, origin, site, words, turn) VALUES (%s, %s, %s, %s, 0)"
SITES = "SELECT set_config('sizao.sites', %s, true)"


COPY = insert(cast(Table, TwoNote.__table__))


def copy(op: Op, event: Received[CheckCompleted]) -> None:
    """The effect: one row, by a statement that is built once, as hot paths do."""
    told = event.payload
    row = {
        "id": told.check_id,
        "origin": told.check_id,
        "site": event.envelope.site,
        "words": told.masked_name,
        "turn": 0,
    }
    op.db.connection().execute(COPY, row)


def bodies(count: int) -> list[str]:
    """Fresh events as they arrive."""
    return [
        envelope_of(
            CheckCompleted(
                check_id=new_id(), person_kind="visitor", person_ref=None, masked_name="张*", sealed="x" * 300
            )
        ).to_json()
        for _ in range(count)
    ]


def host_of(installation: Installation) -> Host:
    """Notify with that one reaction."""
    service = dataclasses.replace(installation.hosts["notify"].service, reactions=[Reaction(CheckCompleted, copy)])
    return Host(service, installation.settings, installation.hosts["notify"].clock)


def timed(count: int, handle: Callable[[Sequence[str]], None]) -> Numbers:
    """Events a second, and CPU of this process an event, in microseconds."""
    arrived = bodies(count)
    started, busy = time.perf_counter(), time.process_time()
    handle(arrived)
    return {
        "rate": count / (time.perf_counter() - started),
        "cpu": (time.process_time() - busy) * 1_000_000 / count,
    }


def parts(arrived: Sequence[str], size: int) -> list[Sequence[str]]:
    """The events in batches."""
    return [arrived[start : start + size] for start in range(0, len(arrived), size)]


def bare(connection: psycopg.Connection, arrived: Sequence[str], size: int) -> None:
    """What the worker does for these events, in one transaction for `size` of them, by hand."""
    now = Envelope.from_json(arrived[0]).time
    for batch in parts(arrived, size):
        with connection.transaction():
            connection.execute(SITES, ["main"])
            for body in batch:
                event = Envelope.from_json(body)
                told = CheckCompleted.model_validate(event.data)
                if connection.execute(INBOX, [event.source, event.id, event.type, now]).fetchone():
                    connection.execute(EFFECT, [told.check_id, told.check_id, event.site, told.masked_name])


def measure(count: int = 3_000, rounds: int = 3) -> Result:
    """All four in turn."""
    result = Result("worker", "inbox and effect of an event", {"events": count, "batch": BATCH, "rounds": rounds})
    with two_services() as installation:
        host = host_of(installation)
        address = make_url(installation.settings.database_url("notify")).set(drivername="postgresql")
        with psycopg.connect(address.render_as_string(hide_password=False), autocommit=True) as connection:

            def singly(arrived: Sequence[str]) -> None:
                for body in arrived:
                    receive(host, Envelope.from_json(body))

            def in_batches(arrived: Sequence[str]) -> None:
                for batch in parts(arrived, BATCH):
                    receive_batch(host, [Envelope.from_json(body) for body in batch])

            timed(200, singly)
            seen = interleaved(
                rounds,
                {
                    "singly": lambda: timed(count, singly),
                    "batches": lambda: timed(count, in_batches),
                    "bare singly": lambda: timed(count, lambda arrived: bare(connection, arrived, 1)),
                    "bare batches": lambda: timed(count, lambda arrived: bare(connection, arrived, BATCH)),
                },
            )
        host.close()
    for name, values in seen.items():
        result.number(name, values["rate"], "/s")
    for name in ("singly", "batches"):
        ours, theirs = seen[name]["rate"], seen[f"bare {name}"]["rate"]
        result.ratio(f"{name} / bare psycopg {name}", ours, theirs, at_least=0.8)
    result.ratio("batches / singly", seen["batches"]["rate"], seen["singly"]["rate"], at_least=1.0)
    for name, values in seen.items():
        result.number(f"CPU, {name}", values["cpu"], "µs/event")
    return result
