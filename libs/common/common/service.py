"""A service is a value: one object that declares everything it is. Every runtime takes the same object."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from sqlalchemy import MetaData

from common.events.payload import Payload, producer_of

if TYPE_CHECKING:
    import click
    from flask import Blueprint

    from common.events.envelope import Envelope
    from common.op import Op

P = TypeVar("P", bound=Payload)
GROUP = "sizao.services"


@dataclass(frozen=True)
class Received(Generic[P]):
    """An event that arrived: its payload, and the envelope it came in."""

    payload: P
    envelope: Envelope


@dataclass(frozen=True)
class Reaction:
    """What a service does when an event arrives: `do(op, received)` in a transaction for the event's site."""

    on: type[Payload]
    do: Callable[[Op, Received[Any]], object]


@dataclass(frozen=True)
class Duty:
    """What a service does when time passes: `do(op, site)` every `every` seconds at each site, by one worker."""

    name: str
    every: float
    do: Callable[[Op, str], object]


@dataclass(frozen=True)
class Service:
    """Everything a service is."""

    name: str
    title_zh: str
    title_en: str
    tables: MetaData
    api: Sequence[Blueprint] = ()
    pages: Sequence[Blueprint] = ()
    reactions: Sequence[Reaction] = ()
    duties: Sequence[Duty] = ()
    publishes: Sequence[type[Payload]] = ()
    cli: Sequence[click.Command] = ()
    seed: Callable[[Any], object] | None = None
    """Fills a trial installation: called once with the service's Host by `sizao run` (never elsewhere)."""
    extra: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuses a service that publishes an event of another, or does not stand in an event's consumers."""
        for payload in self.publishes:
            if producer_of(payload.event_type) != self.name:
                raise ValueError(f"{self.name} publishes {payload.event_type}, which is not its own")
        for reaction in self.reactions:
            if self.name not in reaction.on.consumers:
                raise ValueError(f"{self.name} is missing from the consumers of {reaction.on.event_type}")

    def reactions_to(self, event_type: str) -> list[Reaction]:
        """The reactions to a type, in the order they were declared."""
        return [reaction for reaction in self.reactions if reaction.on.event_type == event_type]


def installed_services() -> dict[str, Service]:
    """The services of this installation by name, found by the entry point group `sizao.services`."""
    found = {point.name: point.load() for point in entry_points(group=GROUP)}
    return {name: found[name] for name in sorted(found)}
