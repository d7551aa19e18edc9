"""The service coordination as a value."""

from __future__ import annotations

from common.events.catalogue.coordination import EVENTS
from common.service import Service
from coordination.api import API
from coordination.cli import COMMANDS
from coordination.duties import DUTIES
from coordination.models import Base
from coordination.pages import PAGES
from coordination.reactions import REACTIONS
from coordination.trial.seed import found_installation, seed

service = Service(
    name="coordination",
    title_zh="综合协调",
    title_en="Coordination",
    tables=Base.metadata,
    api=API,
    pages=PAGES,
    reactions=REACTIONS,
    duties=DUTIES,
    publishes=EVENTS,
    cli=COMMANDS,
    seed=seed,
    extra={"found_installation": found_installation},
)
