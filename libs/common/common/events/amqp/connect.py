"""Connections to RabbitMQ: several hosts, every time-out set, jittered back-off."""

from __future__ import annotations

import random
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pika
from pika.exceptions import AMQPError

BROKER_ERRORS: tuple[type[Exception], ...] = (AMQPError, OSError)
"""What pika raises when the broker is away or says no; also while names can't be resolved."""
HEARTBEAT_SECONDS = 20
SOCKET_SECONDS = 5.0
STACK_SECONDS = 10.0
BLOCKED_SECONDS = 60.0

_random = random.SystemRandom()


class BrokerAway(ConnectionError):
    """None of the brokers took a connection."""


class BackOff:
    """Waits that double up to a limit, each at random between half and whole, lest a fleet return at once."""

    def __init__(self, first: float = 0.2, most: float = 10.0) -> None:
        self._first, self._most = first, most
        self._next = first

    def next(self) -> float:
        """Seconds to wait now."""
        wait, self._next = self._next, min(self._next * 2, self._most)
        return _random.uniform(wait / 2, wait)

    def reset(self) -> None:
        """Begins anew after a success."""
        self._next = self._first


def candidates(urls: str, name: str) -> list[pika.ConnectionParameters]:
    """Parameters for every address of every broker in a comma list of URLs, in a new random order each time."""
    found = []
    for url in filter(None, (part.strip() for part in urls.split(","))):
        host = pika.URLParameters(url).host
        for address in _addresses(host):
            one = pika.URLParameters(url)
            if one.ssl_options is not None:
                one.ssl_options.server_hostname = one.ssl_options.server_hostname or host
            one.host = address
            one.heartbeat = HEARTBEAT_SECONDS
            one.socket_timeout = SOCKET_SECONDS
            one.stack_timeout = STACK_SECONDS
            one.blocked_connection_timeout = BLOCKED_SECONDS
            one.connection_attempts = 1
            one.client_properties = {"connection_name": name}
            found.append(one)
    _random.shuffle(found)
    return found


def _addresses(host: str) -> list[str]:
    try:
        return sorted({str(info[4][0]) for info in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)})
    except OSError:
        return [host]


def connect(urls: str, name: str) -> tuple[pika.BlockingConnection, pika.ConnectionParameters]:
    """A connection to the first broker that takes one. Raises BrokerAway when none does."""
    last: Exception | None = None
    for parameters in candidates(urls, name):
        try:
            return pika.BlockingConnection(parameters), parameters
        except BROKER_ERRORS as problem:
            last = problem
    raise BrokerAway(f"no broker takes a connection ({type(last).__name__})") from last


@contextmanager
def channel(urls: str, name: str) -> Iterator[Any]:
    """A channel of a connection of its own, for commands and checks. Raises BrokerAway."""
    connection, _ = connect(urls, name)
    try:
        yield connection.channel()
    finally:
        with suppress(*BROKER_ERRORS):
            connection.close()
