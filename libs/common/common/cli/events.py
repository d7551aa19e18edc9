"""Commands on events: list, follow and replay what was published; look after what was parked."""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import click
from sqlalchemy import select

from common.caller import system
from common.cli.output import say, wants_json
from common.events.envelope import Envelope
from common.events.tables import EventLog, Outbox
from common.host import Host
from common.op import Op, usecase

if TYPE_CHECKING:
    from common.events.parking import Parking

COLUMNS = ("position", "time", "site", "type", "subject", "id")
FOLLOW_SECONDS = 0.5


@usecase(read=True)
def read_log(
    op: Op,
    *,
    after: int = 0,
    site: str | None = None,
    type_prefix: str | None = None,
    limit: int = 100,
    newest: bool = False,
) -> list[dict[str, Any]]:
    """Rows of the event log after a position, or the newest ones, oldest first."""
    query = select(EventLog).where(EventLog.position > after)
    if site:
        query = query.where(EventLog.site == site)
    if type_prefix:
        query = query.where(EventLog.type.startswith(type_prefix, autoescape=True))
    order = EventLog.position.desc() if newest else EventLog.position
    rows = list(op.db.scalars(query.order_by(order).limit(limit)))
    return [_row(row) for row in (reversed(rows) if newest else rows)]


def _row(row: EventLog) -> dict[str, Any]:
    envelope = Envelope.from_json(row.body)
    return {
        "position": row.position,
        "time": envelope.time.isoformat(),
        "site": row.site,
        "type": row.type,
        "subject": envelope.subject,
        "id": row.id,
        "data": envelope.data,
    }


def publish_again(op: Op, *, ids: list[str] | None, since: datetime | None, limit: int) -> int:
    """Puts published events into the outbox again, with their ids; consumers that had them ignore them."""
    query = select(EventLog).order_by(EventLog.position).limit(limit)
    if ids:
        query = query.where(EventLog.id.in_(ids))
    if since is not None:
        query = query.where(EventLog.published_at >= since)
    count = 0
    for row in op.db.scalars(query):
        if op.db.get(Outbox, row.id) is None:
            op.db.add(Outbox(id=row.id, site=row.site, type=row.type, created_at=op.now, body=row.body))
            count += 1
    return count


def _one(service: str) -> Host:
    from common.cli import open_hosts, service_named

    service_named(service)
    return open_hosts(service)[service]


@click.group()
def events() -> None:
    """What a service has published."""


@events.command("list")
@click.argument("service")
@click.option("--site")
@click.option("--type", "type_prefix", help="Beginning of the type's name.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 10_000))
def list_events(service: str, site: str | None, type_prefix: str | None, limit: int) -> None:
    """The newest events of SERVICE."""
    host = _one(service)
    rows = host.run_system(read_log, system(service), site=site, type_prefix=type_prefix, limit=limit, newest=True)
    say(rows, columns=COLUMNS)


@events.command()
@click.argument("service")
@click.option("--site")
@click.option("--seconds", type=float, help="Stop after so many seconds.")
def tail(service: str, site: str | None, seconds: float | None) -> None:
    """Follow the events of SERVICE as they are published."""
    host = _one(service)
    newest = host.run_system(read_log, system(service), limit=1, newest=True)
    after = newest[0]["position"] if newest else 0
    until = None if seconds is None else time.monotonic() + seconds
    while until is None or time.monotonic() < until:
        for row in host.run_system(read_log, system(service), after=after, site=site):
            after = row["position"]
            words = (
                json.dumps(row, ensure_ascii=False) if wants_json() else "  ".join(str(row[name]) for name in COLUMNS)
            )
            click.echo(words)
        time.sleep(FOLLOW_SECONDS)


@events.command()
@click.argument("service")
@click.argument("ids", nargs=-1)
@click.option("--hours", type=float, help="All events of the last so many hours.")
@click.option("--limit", default=10_000, show_default=True, type=click.IntRange(1, 1_000_000))
def replay(service: str, ids: tuple[str, ...], hours: float | None, limit: int) -> None:
    """Publish events of SERVICE again; consumers that had them ignore them."""
    if not ids and hours is None:
        raise click.UsageError("name events by id, or say --hours")
    host = _one(service)
    since = None if hours is None else host.clock.now() - timedelta(hours=hours)
    count = host.run_system(publish_again, system(service), ids=list(ids) or None, since=since, limit=limit)
    say({"service": service, "published_again": count})


@click.group()
def parked() -> None:
    """Events that a service could not handle after all attempts."""


def _parking(service: str) -> Parking:
    from common.cli import open_hosts, service_named
    from common.events.parking import open_parking
    from common.settings import load_settings

    service_named(service)
    return open_parking(open_hosts(service), load_settings())


@parked.command("list")
@click.argument("service")
@click.option("--limit", default=100, show_default=True, type=click.IntRange(1, 100_000))
def list_parked(service: str, limit: int) -> None:
    """The parked events of SERVICE, oldest first."""
    found = [asdict(event) for event in _parking(service).list(service, limit=limit)]
    say(found, columns=("id", "type", "site", "direction", "attempts", "parked_at", "problem"))


@parked.command()
@click.argument("service")
@click.argument("event_id")
def show(service: str, event_id: str) -> None:
    """One parked event, whole."""
    say(asdict(_parking(service).show(service, event_id)))


@parked.command("replay")
@click.argument("service")
@click.argument("event_ids", nargs=-1)
@click.option("--all", "everything", is_flag=True)
def replay_parked(service: str, event_ids: tuple[str, ...], everything: bool) -> None:
    """Try parked events again."""
    if not event_ids and not everything:
        raise click.UsageError("name events by id, or say --all")
    parking = _parking(service)
    chosen = [event.id for event in parking.list(service, limit=100_000)] if everything else event_ids
    for event_id in chosen:
        parking.replay(service, event_id)
    say({"replayed": len(chosen)})


@parked.command()
@click.argument("service")
@click.argument("event_ids", nargs=-1, required=True)
@click.confirmation_option(prompt="Discard these events for good?")
def discard(service: str, event_ids: tuple[str, ...]) -> None:
    """Throw parked events away; each is named in the log."""
    parking = _parking(service)
    for event_id in event_ids:
        parking.discard(service, event_id)
    say({"discarded": len(event_ids)})


COMMANDS = (events, parked)
