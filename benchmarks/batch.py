"""(b) A batch of 500 checks over HTTP: Sizao against bare Flask with the same token and statements; growth by size."""

from __future__ import annotations

import json
from itertools import islice

from benchmarks.grammar import Numbers, Result, interleaved
from benchmarks.scene import CHECKS, check_body, visitors
from benchmarks.stage import Server, stage, turn
from benchmarks.wire import cpu_seconds, fire, request_bytes
from common.ids import new_id

SIZES = (50, 500)
PEER = "bare Flask"


def measure(batches: int = 6, rounds: int = 5) -> Result:
    """Batches of each size over two clients."""
    people = visitors(3)
    result = Result(
        "batch", "a batch of checks over HTTP, PostgreSQL", {"batches": batches, "rounds": rounds, "clients": 2}
    )
    for size in SIZES:
        with stage([PEER], batch=size) as on:

            def volley(server: Server, size: int = size) -> Numbers:
                path = f"{CHECKS}/batch" if server is on.servers["sizao"] else "/checks/batch"
                asked = []
                for _ in range(batches):
                    checks = [{"key": new_id(), **check_body(who)} for who in islice(people, size)]
                    body = json.dumps({"checks": checks}, ensure_ascii=False).encode()
                    asked.append(request_bytes("POST", path, body, Authorization=f"Bearer {on.token}"))
                before = cpu_seconds(server.pid)
                answered = fire(server.port, asked, clients=2)
                spent = cpu_seconds(server.pid) - before
                answered.refuse(200)
                kept = json.loads(answered.bodies[-1])["items"]
                if len(kept) != size or {one["status"] for one in kept} != {201}:
                    raise RuntimeError(f"a batch of {size} was answered {kept[:2]}")
                return {
                    "rate": answered.rate * size, "cpu": spent / batches / size * 1000,
                    "p50": answered.milliseconds(0.5),
                }  # fmt: skip

            for server in on.servers.values():
                volley(server)
            found = interleaved(rounds, {name: turn(volley, server) for name, server in on.servers.items()})
            statements = on.statements
        ours, bare = found["sizao"], found[PEER]
        result.ratio(f"{size}: sizao / {PEER}, checks a second", ours["rate"], bare["rate"])
        result.ratio(f"{size}: {PEER} / sizao, CPU of a check", bare["cpu"], ours["cpu"])
        result.number(f"{size}: statements", statements, "")
        for name, one in found.items():
            result.number(f"{size}: {name}: checks", one["rate"], "/s")
            result.number(f"{size}: {name}: CPU of 1,000 checks", one["cpu"], "s")
            result.number(f"{size}: {name}: a batch, p50", one["p50"], "ms")
    return result
