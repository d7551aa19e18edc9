"""(e) From the check to the alert in the emergency group's open page, under load: over processes, and embedded."""

from __future__ import annotations

import http.client
import json
import os
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from benchmarks.grammar import Result, percentile
from benchmarks.scene import CHECKS, SITE, Scene, check_body, visitors
from benchmarks.servers import free_port, installation, program
from benchmarks.wire import Line, fire, request_bytes
from common.events.catalogue.coordination import GroupChanged, GroupMember, PersonChanged
from common.ids import new_id
from common.roles import Role
from common.secrets.sealed import seal
from common.testing.processes import Processes

SECONDS = 20
EVERY = 25
"""One check in so many is a fever."""
RATES = (50, 100, 200)
AIM_RATE, AIM = 200, 250
LATE = 30.0


@dataclass
class Scenery:
    """Where checks are sent and alerts are seen, and by whom."""

    screening: int
    notify: int
    guard: str
    emergency: str


@dataclass
class Watch:
    """An open page of the emergency group: when each alert came, by its check."""

    came: dict[str, float] = field(default_factory=dict)
    _socket: socket.socket | None = None

    def open(self, port: int, token: str) -> None:
        """Opens the stream and reads on in a thread; returns once it is told what there is already."""
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self._socket.sendall(request_bytes("GET", f"/notify/live?site={SITE}", Authorization=f"Bearer {token}"))
        ready = threading.Event()
        threading.Thread(target=self._read, args=(self._socket, ready), daemon=True).start()
        if not ready.wait(20):
            raise RuntimeError("the stream of alerts did not open")

    def _read(self, stream: socket.socket, ready: threading.Event) -> None:
        with suppress(OSError), stream.makefile("rb") as lines:
            for line in lines:
                now = time.perf_counter()
                if line.startswith(b"data: "):
                    ready.set()
                    for alert in json.loads(line[6:]).get("items", []):
                        self.came.setdefault(alert["check_id"], now)

    def close(self) -> None:
        """Hangs up."""
        if self._socket is not None:
            self._socket.shutdown(socket.SHUT_RDWR)
            self._socket.close()


def measure(seconds: int = SECONDS) -> Result:
    """Each rate over processes; the lower one embedded, where one process does everything."""
    sizes = {"seconds each": seconds, "fevers": f"1 in {EVERY}", "clients": 16}
    result = Result("alert", "a check is sent → its alert is in an open page", sizes)
    with processes() as scenery:
        under_load(Result("", "", {}), "warm", scenery, 50, 4)
        for rate in RATES:
            under_load(result, "processes", scenery, rate, seconds)
    with embedded() as scenery:
        under_load(Result("", "", {}), "warm", scenery, 20, 4)
        for rate in RATES:
            under_load(result, "embedded", scenery, rate, seconds)
    result.notes.append(
        "processes: web (screening 2 × 8), relay and worker of screening and of notify, PostgreSQL, RabbitMQ and the "
        "clients share the machine; coordination and isolation do not run. A wait counts from when the check was due"
    )
    return result


def under_load(result: Result, where: str, scenery: Scenery, rate: int, seconds: int) -> None:
    """Sends checks at a rate and adds how long alerts took to be seen."""
    people = visitors(hash((where, rate)) % 100_000)
    requests = [
        request_bytes(
            "POST", CHECKS,
            json.dumps(check_body(who, "38.6" if number % EVERY == 0 else "36.5"), ensure_ascii=False).encode(),
            Authorization=f"Bearer {scenery.guard}", Idempotency_Key=new_id(),
        )
        for number, who in enumerate(islice(people, rate * seconds))
    ]  # fmt: skip
    sent: dict[str, tuple[float, float]] = {}

    def told(due: float, at: float, body: bytes) -> None:
        if b'"hold"' in body:
            sent[json.loads(body)["id"]] = (due, at)

    watch = Watch()
    watch.open(scenery.notify, scenery.emergency)
    answered = fire(scenery.screening, requests, rate=rate, told=told)
    until = time.monotonic() + LATE
    while sent.keys() - watch.came.keys() and time.monotonic() < until:
        time.sleep(0.05)
    watch.close()
    answered.refuse(201)
    if missing := sent.keys() - watch.came.keys():
        raise RuntimeError(f"{len(missing)} of {len(sent)} alerts were not seen {LATE:.0f} s after the last check")
    from_due = [(watch.came[one] - due) * 1000 for one, (due, _) in sent.items()]
    from_answer = [(watch.came[one] - at) * 1000 for one, (_, at) in sent.items()]
    what = f"{where}, {rate} checks/s"
    aim = AIM if where == "processes" and rate == AIM_RATE else None
    result.number(f"{what}: alert seen, p50", percentile(from_due, 0.5), "ms")
    result.number(f"{what}: alert seen, p99 of {len(from_due)}", percentile(from_due, 0.99), "ms", at_most=aim)
    result.number(f"{what}: after the guard's answer, p99", percentile(from_answer, 0.99), "ms")
    result.number(f"{what}: the check itself, p99", answered.milliseconds(0.99), "ms")
    result.number(f"{what}: answered", answered.rate, "/s")


@contextmanager
def processes() -> Iterator[Scenery]:
    """Screening and notify as web, relay and worker over PostgreSQL and RabbitMQ."""
    from notify.service import service as notify
    from screening.service import service as screening

    with installation([screening, notify], broker=True, web_workers=2, requests_per_minute=0) as made:
        scene = Scene(made)
        _emergency_group(scene)
        running = Processes(made.settings.data / "processes", made.env())
        for service in ("screening", "notify"):
            for kind in ("web", "relay", "worker"):
                running.add(service, kind)
        try:
            running.start()
            ports = running.web_ports
            tokens = scene.token(Role.MONITOR), scene.token(Role.EMERGENCY)
            yield Scenery(ports["screening"], ports["notify"], *tokens)
        finally:
            running.stop()


def _emergency_group(scene: Scene) -> None:
    """Somebody to be alerted."""
    person, event = new_id(), new_id()
    changed = PersonChanged(
        person_id=person, kind="staff", staff_number="T1", section="", masked_name="王*",
        roles=(Role.EMERGENCY.value,), active=True,
        sealed=seal({"name": "王甲", "phone": "", "email": ""}, event),
    )  # fmt: skip
    scene.tell(changed, subject=person, event_id=event)
    group = GroupChanged(
        code="emergency", name="应急组", members=(GroupMember(person_id=person, position="leader"),),
        leader_in_charge=None,
    )  # fmt: skip
    scene.tell(group, subject="emergency")


@contextmanager
def embedded() -> Iterator[Scenery]:
    """`sizao run` with its trial: all services in one process, on SQLite."""
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        kept = {name: value for name, value in os.environ.items() if not name.startswith("SIZAO_")}
        env = kept | {"SIZAO_DATA": folder, "SIZAO_PORT": str(port), "SIZAO_REQUESTS_PER_MINUTE": "0"}
        with program([str(Path(sys.executable).parent / "sizao"), "run"], env=env, port=port, path="/healthz"):
            accounts = json.loads((Path(folder) / "trial-accounts.json").read_text(encoding="utf-8"))
            token = _signing_in(port, accounts)
            yield Scenery(port, port, token("monitor"), token("emergency"))


def _signing_in(port: int, accounts: list[dict[str, object]]) -> Callable[[str], str]:
    def token(role: str) -> str:
        who = next(one for one in accounts if one["site"] == SITE and role in list(one["roles"]))  # type: ignore[call-overload]
        body = json.dumps({"login": who["login"], "password": who["password"]}).encode()
        line = Line(port)
        status, told = line.ask(request_bytes("POST", "/coordination/api/v1/sessions", body))
        line.close()
        if status != http.client.CREATED:
            raise RuntimeError(f"sign-in was answered {status}")
        return str(json.loads(told)["access_token"])

    return token
