"""Isolation as a value: incidents with their steps, clocks and timeline."""

from __future__ import annotations

from common.events.catalogue.isolation import EVENTS
from common.service import Service
from isolation.api import BLUEPRINTS as API
from isolation.duties import DUTIES
from isolation.models import Base
from isolation.pages import BLUEPRINTS as PAGES
from isolation.reactions import REACTIONS

service = Service(
    name="isolation",
    title_zh="隔离管理",
    title_en="Isolation",
    tables=Base.metadata,
    api=API,
    pages=PAGES,
    reactions=REACTIONS,
    duties=DUTIES,
    publishes=EVENTS,
)
