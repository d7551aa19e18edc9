"""CloudEvents 1.0 in structured JSON, as every event of ours travels."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

CONTENT_TYPE = "application/cloudevents+json"


class Envelope(BaseModel):
    """One event. `sequence` is the subject's version: an older state event is ignored by whoever keeps state."""

    model_config = ConfigDict(extra="allow", frozen=True)

    specversion: str = "1.0"
    id: str = Field(min_length=1)
    type: str = Field(pattern=r"^sizao\.[a-z_]+\.[a-z_]+\.[a-z_]+\.v\d+$")
    source: str
    subject: str
    time: AwareDatetime
    datacontenttype: str = "application/json"
    site: str
    sequence: int = Field(ge=0)
    traceparent: str | None = None
    data: dict[str, Any]

    def to_json(self) -> str:
        """The event as it goes on the wire."""
        return self.model_dump_json(exclude_none=True)

    @classmethod
    def from_json(cls, body: bytes | str) -> Envelope:
        """Reads an event; raises pydantic.ValidationError if it is not one."""
        return cls.model_validate_json(body)


def source_of(site: str, service: str) -> str:
    """The `source` of a service's events at a site."""
    return f"/sites/{site}/{service}"


def make_envelope(
    *,
    event_id: str,
    event_type: str,
    site: str,
    service: str,
    subject: str,
    sequence: int,
    time: datetime,
    data: dict[str, Any],
    traceparent: str | None = None,
) -> Envelope:
    """An event of ours."""
    return Envelope(
        id=event_id,
        type=event_type,
        source=source_of(site, service),
        subject=subject,
        time=time,
        site=site,
        sequence=sequence,
        traceparent=traceparent,
        data=data,
    )
