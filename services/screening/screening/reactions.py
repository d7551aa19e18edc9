"""What screening does when an event arrives."""

from __future__ import annotations

from common.copies.reactions import COPY_REACTIONS
from common.events.catalogue.coordination import GroupChanged, PersonChanged, SiteChanged
from common.op import Op
from common.service import Reaction, Received
from screening.usecases.entrances import open_first_entrance
from screening.usecases.registers_keep import keep_monitoring_group
from screening.usecases.staff import keep_person


def begin_trial(op: Op, event: Received[SiteChanged]) -> None:
    """A trial site has an entrance from the start."""
    if event.payload.trial:
        open_first_entrance(op, site=event.payload.code)


REACTIONS = (
    *COPY_REACTIONS,
    Reaction(SiteChanged, begin_trial),
    Reaction(PersonChanged, keep_person),
    Reaction(GroupChanged, keep_monitoring_group),
)
