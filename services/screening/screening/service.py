"""Screening as a value: checks at the entrances, the people who pass them, their registers."""

from __future__ import annotations

from common.events.catalogue.screening import EVENTS
from common.service import Service
from screening.api import checks, days, entrances, imports, people, registers
from screening.cli import COMMANDS
from screening.duties import DUTIES
from screening.models import Base
from screening.pages import checks as check_pages
from screening.pages import desk, today
from screening.pages import entrances as entrance_pages
from screening.pages import imports as import_pages
from screening.pages import registers as register_pages
from screening.pages.people import inside_pages, people_pages
from screening.reactions import REACTIONS

service = Service(
    name="screening",
    title_zh="监测登记",
    title_en="Screening",
    tables=Base.metadata,
    api=[checks.api, entrances.api, people.api, days.api, imports.api, registers.api],
    pages=[
        desk.pages,
        today.pages,
        check_pages.pages,
        people_pages,
        inside_pages,
        entrance_pages.pages,
        register_pages.pages,
        import_pages.pages,
    ],
    reactions=REACTIONS,
    duties=DUTIES,
    publishes=EVENTS,
    cli=COMMANDS,
)
