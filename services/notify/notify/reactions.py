"""What notify does when an event arrives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from common.copies.reactions import COPY_REACTIONS
from common.events.catalogue.coordination import FilingOverdue, FilingReceived, GroupChanged, PersonChanged
from common.events.catalogue.isolation import IncidentClosed, IncidentOpened, StepOverdue, StepRecorded
from common.events.catalogue.screening import CheckCompleted, CheckHeld, CheckRetested, CheckVoided
from common.op import Op
from common.service import Reaction, Received
from notify.usecases.checks import complete_name, raise_for_check, take_retest, take_void
from notify.usecases.filings import close_for_filing, raise_for_filing
from notify.usecases.incidents import close_for_incident, close_for_step, link_incident, raise_for_step
from notify.usecases.people import keep_group, keep_person


def _with_site(use_case: Callable[[Op, str, Any], None]) -> Callable[[Op, Received[Any]], None]:
    def react(op: Op, event: Received[Any]) -> None:
        use_case(op, event.envelope.site, event.payload)

    return react


REACTIONS = (
    *COPY_REACTIONS,
    Reaction(PersonChanged, keep_person),
    Reaction(GroupChanged, keep_group),
    Reaction(CheckHeld, _with_site(raise_for_check)),
    Reaction(CheckRetested, _with_site(take_retest)),
    Reaction(CheckVoided, _with_site(take_void)),
    Reaction(CheckCompleted, _with_site(complete_name)),
    Reaction(IncidentOpened, _with_site(link_incident)),
    Reaction(IncidentClosed, _with_site(close_for_incident)),
    Reaction(StepOverdue, _with_site(raise_for_step)),
    Reaction(StepRecorded, _with_site(close_for_step)),
    Reaction(FilingOverdue, _with_site(raise_for_filing)),
    Reaction(FilingReceived, _with_site(close_for_filing)),
)
"""By event type; the copies of coordination's state first."""
