"""What a relay hands to the broker, and what becomes of it: the port between the relay and the transport."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from common.events.payload import routing_key

MAX_BODY = 8 * 1024 * 1024
"""Bytes of one event; brokers refuse larger messages by closing the channel, which would take others with it."""
MAX_KEY = 255


@dataclass(frozen=True, slots=True)
class Letter:
    """An event on its way to the broker."""

    id: str
    site: str
    type: str
    body: str
    attempts: int = 0

    @property
    def key(self) -> str:
        """Its routing key."""
        return routing_key(self.site, self.type)

    def fault(self) -> str | None:
        """Why no broker would ever take it, in words; None for one that can be sent."""
        if not self.type.startswith("sizao.") or len(self.key.encode()) > MAX_KEY:
            return f"its type or site makes no routing key: {self.key[:80]}"
        if len(self.body) > MAX_BODY // 4 and len(self.body.encode()) > MAX_BODY:
            return f"it is larger than {MAX_BODY} bytes"
        return None


@dataclass
class Flight:
    """Letters that were given to the broker together. `over` is set once each is settled, or the connection is gone."""

    letters: Sequence[Letter]
    confirmed: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    closed: str | None = None
    """Why the broker closed the channel under it: one of the letters not settled is to blame."""
    over: threading.Event = field(default_factory=threading.Event)

    def settle(self, letter_id: str, problem: str | None = None) -> None:
        """Notes what the broker said of one letter."""
        if problem is None:
            self.confirmed.append(letter_id)
        else:
            self.refused[letter_id] = problem
        if len(self.confirmed) + len(self.refused) == len(self.letters):
            self.over.set()

    def settled(self) -> int:
        """How many letters the broker has answered for."""
        return len(self.confirmed) + len(self.refused)


class Publisher(Protocol):
    """A connection to the broker that keeps itself up."""

    def start(self) -> None:
        """Begins to connect."""
        ...

    def ready(self, timeout: float) -> bool:
        """Whether letters can be sent now; waits up to `timeout` seconds for it."""
        ...

    def send(self, letters: Sequence[Letter]) -> Flight:
        """Gives letters to the broker, in order, and returns at once."""
        ...

    def drop(self) -> None:
        """Gives up the connection, on which nothing moves, and begins again; what was under way is over."""
        ...

    def stop(self) -> None:
        """Closes the connection."""
        ...
