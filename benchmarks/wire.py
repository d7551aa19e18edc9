"""HTTP load with little work of its own: requests are bytes made beforehand, clients are threads on connections."""

from __future__ import annotations

import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import psutil

from benchmarks.grammar import percentile


def request_bytes(method: str, path: str, body: bytes = b"", **headers: str) -> bytes:
    """One request; underscores in the names of headers are hyphens."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class Line:
    """One open connection; it is opened anew when the far side closed it."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._socket: socket.socket | None = None

    def ask(self, request: bytes) -> tuple[int, bytes]:
        """Status and body of the answer."""
        for again in (True, False):
            if self._socket is None:
                self._socket = socket.create_connection(("127.0.0.1", self._port), timeout=60)
                self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            try:
                self._socket.sendall(request)
                return self._answer()
            except ConnectionError:
                self.close()
                if not again:
                    raise
        raise AssertionError

    def _answer(self) -> tuple[int, bytes]:
        assert self._socket is not None
        data = b""
        while (end := data.find(b"\r\n\r\n")) < 0:
            if not (more := self._socket.recv(65536)):
                raise ConnectionResetError("closed before an answer")
            data += more
        head = data[:end].decode("latin-1").lower()
        length = int(head.split("content-length:", 1)[1].split("\r\n", 1)[0])
        parts = [data[end + 4 :]]
        left = length - len(parts[0])
        while left > 0:
            parts.append(self._socket.recv(min(left, 1 << 20)))
            left -= len(parts[-1])
        if "connection: close" in head:
            self.close()
        return int(head[9:12]), b"".join(parts)

    def close(self) -> None:
        """Hangs up."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None


@dataclass
class Volley:
    """What came of many requests: seconds of each, from when it was due, and how they were answered."""

    seconds: float
    waits: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    bodies: list[bytes] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.waits) / self.seconds

    def milliseconds(self, share: float) -> float:
        """A percentile of the waits."""
        return percentile(self.waits, share) * 1000

    def refuse(self, status: int) -> None:
        """Raises RuntimeError unless every answer was `status`."""
        if set(self.statuses) != {status}:
            raise RuntimeError(f"answers {dict(self.statuses)}, for example {self.bodies[-1][:300]!r}")


def fire(
    port: int,
    requests: Sequence[bytes],
    *,
    clients: int = 16,
    rate: float = 0.0,
    told: Callable[[float, float, bytes], None] = lambda _due, _at, _body: None,
) -> Volley:
    """Sends the requests over `clients` connections: each as soon as it can, or all together `rate` a second.

    With a rate a wait counts from the moment the request was due, so that a stalled server is not asked less. `told`
    gets each answer with the moments when it was due and when it came.
    """
    volley, guard = Volley(0.0), threading.Lock()
    feed = iter(enumerate(requests))
    problems: list[BaseException] = []
    started = time.perf_counter() + (0.05 if rate else 0.0)

    def client() -> None:
        line = Line(port)
        try:
            while not problems:
                with guard:
                    number, request = next(feed, (0, b""))
                if not request:
                    return
                due = started + number / rate if rate else time.perf_counter()
                if (early := due - time.perf_counter()) > 0:
                    time.sleep(early)
                status, body = line.ask(request)
                came = time.perf_counter()
                wait = came - due
                told(due, came, body)
                with guard:
                    volley.waits.append(wait)
                    volley.statuses[status] += 1
                    if not volley.bodies or status >= 300:
                        volley.bodies.append(body)
        except BaseException as problem:  # noqa: BLE001 - told in the calling thread
            problems.append(problem)
        finally:
            line.close()

    threads = [threading.Thread(target=client) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if problems:
        raise problems[0]
    volley.seconds = time.perf_counter() - started
    return volley


def cpu_seconds(pid: int) -> float:
    """CPU time of a process and all below it, user and system, from /proc; those already ended below it included."""
    top = psutil.Process(pid)
    total = 0.0
    for one in [top, *top.children(recursive=True)]:
        spent = one.cpu_times()
        total += spent.user + spent.system + spent.children_user + spent.children_system
    return total
