"""Screening as a value: checks at the entrances, the people who pass them, their registers."""

from __future__ import annotations

from common.events.catalogue.screening import EVENTS
from common.service import Service
from screening.models import Base

service = Service(
    name="screening",
    title_zh="监测登记",
    title_en="Screening",
    tables=Base.metadata,
    publishes=EVENTS,
)
