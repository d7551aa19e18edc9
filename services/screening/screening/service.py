"""Screening as a value: checks at the entrances, the people who pass them, their registers."""

from __future__ import annotations

from common.events.catalogue.screening import EVENTS
from common.service import Service
from screening.api import checks, days, entrances, people
from screening.duties import DUTIES
from screening.models import Base
from screening.reactions import REACTIONS

service = Service(
    name="screening",
    title_zh="监测登记",
    title_en="Screening",
    tables=Base.metadata,
    api=[checks.api, entrances.api, people.api, days.api],
    reactions=REACTIONS,
    duties=DUTIES,
    publishes=EVENTS,
)
