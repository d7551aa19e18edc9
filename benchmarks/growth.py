"""(g) Growth: the register page and the list of a day by its checks, and people found among more and more of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from itertools import islice
from urllib.parse import quote

from benchmarks.crowd import add_people, analyze
from benchmarks.grammar import Result
from benchmarks.scene import CHECKS, SITE, Scene, check_body, visitors
from benchmarks.servers import installation
from benchmarks.stage import screening
from benchmarks.wire import Volley, fire, request_bytes
from common.ids import new_id
from common.roles import Role
from common.testing.installation import Installation

DAYS = (1_000, 3_000, 10_000)
CROWDS = (10_000, 100_000, 1_000_000)
PAGE_AIM, SEARCH_AIM = 200, 50
"""Milliseconds, for a day of 3,000 checks and for a million people."""


def measure(times: int = 20) -> Result:
    """Medians and 95th percentiles of `times` requests each, one after the other."""
    result = Result("growth", "pages and searches by size, PostgreSQL, one reader", {"requests each": times})
    with place() as (made, ask, token):
        people = visitors(5)
        sent, day = 0, ""
        for size in DAYS:
            for start in range(sent, size, 500):
                checks = [{"key": new_id(), **check_body(who)} for who in islice(people, min(500, size - start))]
                body = json.dumps({"checks": checks}, ensure_ascii=False).encode()
                ask([request_bytes("POST", f"{CHECKS}/batch", body, Authorization=f"Bearer {token}")])
            sent = size
            analyze(made)
            listed = json.loads(ask([get(f"{CHECKS}?site={SITE}&limit=1", token)]).bodies[0])["items"]
            day = date.fromisoformat(listed[0]["day"]).isoformat()
            for what, path in (
                ("register page", f"/screening/{SITE}/registers/main/{day}"),
                ("register printed", f"/screening/{SITE}/registers/main/{day}/print"),
                ("list of checks, 100", f"{CHECKS}?site={SITE}&day={day}&limit=100"),
                ("page of checks", f"/screening/{SITE}/checks?day={day}"),
            ):
                told = ask([get(path, token)] * times)
                aim = PAGE_AIM if size == 3_000 and what == "register page" else None
                note(result, f"{what}, a day of {size:,}", told, aim)
        crowd = 0
        known = next(people)
        for size in CROWDS:
            add_people(made, size - crowd)
            crowd = size
            if size == CROWDS[0]:
                body = json.dumps(check_body(known)).encode()
                fire_one = request_bytes(
                    "POST", CHECKS, body, Authorization=f"Bearer {token}", Idempotency_Key=new_id()
                )
                ask([fire_one], 201)
            for what, words in (
                ("document number", known.document_number), ("phone", known.phone),
                ("last four", known.phone[-4:]), ("whole name", "甄子安"), ("name's first two", "甄子"),
                ("surname", "甄"), ("initials", "abc"), ("first initial", "a"), ("staff number", "A00123"),
            ):  # fmt: skip
                told = ask([get(f"/screening/api/v1/people?site={SITE}&q={quote(words)}", token)] * times)
                note(result, f"search by {what}, {size:,} people", told, SEARCH_AIM if size == 1_000_000 else None)
    return result


def note(result: Result, what: str, told: Volley, aim: float | None) -> None:
    """A line for the median, which the aim is about, and the slow end behind it."""
    result.number(what, told.milliseconds(0.5), "ms", at_most=aim)
    result.lines[-1].spread = f"p95 {told.milliseconds(0.95):.0f}"


def get(path: str, token: str) -> bytes:
    """A request for a page or a list."""
    return request_bytes("GET", path, Authorization=f"Bearer {token}", Accept="text/html,application/json;q=0.9")


@contextmanager
def place() -> Iterator[tuple[Installation, Callable[..., Volley], str]]:
    """Screening at work, and how to ask it."""
    from screening.service import service

    with installation([service]) as made:
        token = Scene(made).token(Role.MONITOR, Role.COORDINATOR)
        with screening(made) as server:

            def ask(requests: list[bytes], status: int = 200) -> Volley:
                told = fire(server.port, requests, clients=1)
                told.refuse(status)
                return told

            yield made, ask, token
