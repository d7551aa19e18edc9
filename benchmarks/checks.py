"""(a) One check over HTTP: Sizao against bare Flask, Starlette and FastAPI with the same token and statements."""

from __future__ import annotations

from benchmarks.grammar import Numbers, Result, interleaved
from benchmarks.scene import CHECKS, check_requests, visitors
from benchmarks.stage import PEERS, Server, stage, turn
from benchmarks.wire import cpu_seconds, fire

CLIENTS = 16


def measure(requests: int = 500, rounds: int = 5) -> Result:
    """Rates, waits and CPU of the four applications."""
    people = visitors(1)
    with stage(PEERS) as on:

        def volley(server: Server) -> Numbers:
            path = CHECKS if server is on.servers["sizao"] else "/checks"
            asked = check_requests(on.token, people, requests, path=path)
            before = cpu_seconds(server.pid)
            answered = fire(server.port, asked, clients=CLIENTS)
            spent = cpu_seconds(server.pid) - before
            answered.refuse(201)
            return {
                "rate": answered.rate, "cpu": spent / requests * 1000,
                "p50": answered.milliseconds(0.5), "p99": answered.milliseconds(0.99),
            }  # fmt: skip

        for server in on.servers.values():
            volley(server)
        found = interleaved(rounds, {name: turn(volley, server) for name, server in on.servers.items()})
        statements = on.statements
    sizes = {"requests": requests, "rounds": rounds, "clients": CLIENTS, "statements": statements}
    result = Result("checks", "one check over HTTP, PostgreSQL, each of a visitor not seen before; 2 × 8", sizes)
    ours, flask = found["sizao"], found["bare Flask"]
    result.ratio("sizao / bare Flask, checks a second", ours["rate"], flask["rate"], at_least=0.8)
    result.ratio("bare Flask / sizao, CPU of a check", flask["cpu"], ours["cpu"], at_least=0.8)
    for name in ("Starlette", "FastAPI"):
        result.ratio(f"{name} / sizao, CPU of a check", found[name]["cpu"], ours["cpu"], at_least=1.0)
    for name, one in found.items():
        result.number(f"{name}: checks", one["rate"], "/s")
        result.number(f"{name}: CPU of 1,000 checks", one["cpu"], "s")
        result.number(f"{name}: p50", one["p50"], "ms")
        result.number(f"{name}: p99", one["p99"], "ms")
    result.notes.append(
        "the peers verify the token, parse the body with pydantic and say the statements Sizao was seen to say; they "
        "judge, encrypt, index and count nothing. CPU is of the application's processes, from /proc"
    )
    return result
