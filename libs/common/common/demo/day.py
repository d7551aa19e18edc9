"""One site's day: visitors, fevers, acknowledgements, steps, a sealed register; then every total against the others."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from common.demo.client import ApiClient
from common.demo.people import visitors
from common.ids import new_id

BATCH = 100
SETTLE_SECONDS = 60.0
POLL_SECONDS = 0.2
NORMAL = ("36.1", "36.2", "36.3", "36.4", "36.5", "36.6", "36.7", "36.8", "36.9")
FEVERS = ("37.3", "37.6", "38.4", "39.0")


@dataclass
class Day:
    """What was sent and what was answered."""

    site: str
    local_day: str = ""
    sent: int = 0
    decisions: Counter[str] = field(default_factory=Counter)
    held: list[str] = field(default_factory=list)
    seal: str | None = None


def play(
    clients: Callable[[str], ApiClient],
    *,
    site: str,
    checks: int,
    fevers: int,
    rate: float,
    seed: int,
    progress: Callable[[int], None],
    sign: bool = True,
) -> Day:
    """Sends a day's checks (`rate` a second; 0: in batches, as fast as it goes) and works the fevers to their end."""
    guard = clients("monitor")
    day = Day(site)
    for bodies in _bodies(site, checks, fevers, seed, 1 if rate else BATCH):
        started = time.monotonic()
        for answer in _send(guard, bodies, single=bool(rate)):
            day.sent += 1
            day.decisions[answer["decision"]] += 1
            if answer["decision"] == "hold":
                day.held.append(answer["id"])
        progress(len(bodies))
        if rate:
            time.sleep(max(0.0, 1 / rate - (time.monotonic() - started)))
    listed = guard.get("/screening/api/v1/checks", site=site, limit=1)["items"]
    day.local_day = listed[0]["day"] if listed else ""
    _work_fevers(clients("emergency"), site, set(day.held))
    if sign and day.local_day:
        signed = guard.post(f"/screening/api/v1/registers/{site}/main/{day.local_day}/signature")
        day.seal = signed.json().get("seal")
    return day


def _bodies(site: str, checks: int, fevers: int, seed: int, size: int) -> Iterator[list[dict[str, Any]]]:
    chance = random.Random(seed)  # noqa: S311 - invented traffic needs no secrecy
    hot = set(chance.sample(range(checks), min(fevers, checks)))
    people = visitors(seed)
    batch: list[dict[str, Any]] = []
    for number in range(checks):
        who = next(people)
        body: dict[str, Any] = {
            "key": new_id(),
            "site": site,
            "entrance": "main",
            "person": who.as_person(),
            "purpose": who.purpose,
            "mask": True,
            "reading": chance.choice(FEVERS if number in hot else NORMAL),
        }
        if number not in hot and chance.random() < 0.01:
            body |= {"mask": False}
        elif number not in hot and chance.random() < 0.005:
            body |= {"reading": None, "refused_measurement": True}
        batch.append(body)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def _send(guard: ApiClient, bodies: list[dict[str, Any]], *, single: bool) -> list[dict[str, Any]]:
    if single:
        body = dict(bodies[0])
        return [guard.post("/screening/api/v1/checks", body, key=body.pop("key")).json()]
    answer = guard.post("/screening/api/v1/checks/batch", {"checks": bodies}, key=new_id()).json()
    return [item for item in answer["items"] if item.get("decision")]


def _work_fevers(emergency: ApiClient, site: str, held: set[str]) -> None:
    """Acknowledges each alert and does each incident's steps."""
    for alert in wait_for(lambda: _of(emergency, "/notify/api/v1/alerts", site, held), len(held)):
        emergency.post(f"/notify/api/v1/alerts/{alert['id']}/acknowledgement", {})
    for incident in wait_for(lambda: _of(emergency, "/isolation/api/v1/incidents", site, held), len(held)):
        whole = emergency.get(f"/isolation/api/v1/incidents/{incident['id']}")
        for step in whole["steps"]:
            emergency.post(
                f"/isolation/api/v1/incidents/{incident['id']}/steps/{step['code']}",
                {"state": "done", "outcome": "演练完成"},
            )


def _of(client: ApiClient, path: str, site: str, held: set[str]) -> list[dict[str, Any]]:
    return [item for item in client.items(path, site=site) if item["check_id"] in held]


def wait_for(read: Callable[[], list[dict[str, Any]]], count: int) -> list[dict[str, Any]]:
    """What `read` gives, once it gives `count`; after a minute whatever it gives."""
    until = time.monotonic() + SETTLE_SECONDS
    while True:
        found = read()
        if len(found) >= count or time.monotonic() > until:
            return found
        time.sleep(POLL_SECONDS)


def reconcile(clients: Callable[[str], ApiClient], day: Day) -> list[dict[str, Any]]:
    """Each total of the day in every place that holds it, and whether they agree."""
    held = set(day.held)
    guard, emergency, coordinator = clients("monitor"), clients("emergency"), clients("coordinator")
    stored = list(guard.items("/screening/api/v1/checks", site=day.site, day=day.local_day))
    ours = Counter(item["decision"] for item in stored)
    feed = Counter(event["type"] for event in coordinator.items("/screening/api/v1/events", site=day.site))
    register = guard.get(f"/screening/api/v1/registers/{day.site}/main/{day.local_day}")
    ledger = coordinator.get("/coordination/api/v1/ledger", site=day.site, day=day.local_day)["items"]
    incidents = _of(emergency, "/isolation/api/v1/incidents", day.site, held)
    alerts = _of(emergency, "/notify/api/v1/alerts", day.site, held)
    filed = [row for row in ledger if row["state"] in {"filed", "late"}]
    return [
        _line("checks answered / stored at least", day.sent, len(stored), at_least=True),
        _line("held: answered / incidents", len(held), len({one["check_id"] for one in incidents})),
        _line("held: answered / alerts", len(held), len({one["check_id"] for one in alerts})),
        _line("alerts acknowledged", len(held), sum(bool(one.get("acknowledged_at")) for one in alerts)),
        _line("checks stored / events check.recorded", len(stored), feed["sizao.screening.check.recorded.v1"]),
        _line("holds stored / events check.held", ours["hold"], feed["sizao.screening.check.held.v1"]),
        _line("checks stored / rows of the register", len(stored), register["counts"]["total"]),
        _line("registers sealed / filed in the ledger", 1 if day.seal else 0, len(filed)),
    ]


def _line(what: str, one: int, other: int, *, at_least: bool = False) -> dict[str, Any]:
    return {"what": what, "a": one, "b": other, "agree": other >= one if at_least else one == other}
