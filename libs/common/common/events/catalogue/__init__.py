"""The published language: every event type, by the service that owns it."""

from __future__ import annotations

from common.events.catalogue import coordination, isolation, notify, screening
from common.events.payload import Payload

EVENTS: dict[str, type[Payload]] = {
    payload.event_type: payload for module in (coordination, screening, isolation, notify) for payload in module.EVENTS
}
"""Payload classes by type name."""
