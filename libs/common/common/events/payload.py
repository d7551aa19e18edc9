"""The base of every event's payload: a type name, who consumes it, and whether it must overtake others."""

from __future__ import annotations

from typing import ClassVar

from pydantic import BaseModel, ConfigDict


class Payload(BaseModel):
    """What an event says. A subclass names its type and its consumers as class keywords:

        class CheckHeld(Payload, type="sizao.screening.check.held.v1", consumers=("isolation", "notify"), urgent=True)

    Unknown fields are ignored, so that a consumer understands a newer producer of the same version.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    event_type: ClassVar[str]
    consumers: ClassVar[tuple[str, ...]]
    urgent: ClassVar[bool]

    @classmethod
    def __pydantic_init_subclass__(
        cls,
        *,
        type: str = "",  # noqa: A002 - the keyword is named after the CloudEvents attribute
        consumers: tuple[str, ...] = (),
        urgent: bool = False,
        **_: object,
    ) -> None:
        """Stores the class keywords."""
        cls.event_type = type
        cls.consumers = consumers
        cls.urgent = urgent

    def __init_subclass__(cls, **_: object) -> None:
        """Takes the class keywords that pydantic hands on."""
        super().__init_subclass__()


def producer_of(event_type: str) -> str:
    """The service in `sizao.<service>.<entity>.<happened>.v<n>`."""
    return event_type.split(".")[1]


def routing_key(site: str, event_type: str) -> str:
    """`<site>.<service>.<entity>.<happened>.<version>`, the key on the topic exchange."""
    return f"{site}.{event_type.removeprefix('sizao.')}"
