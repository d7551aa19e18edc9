"""What the entrance desk shows before anybody comes: the entrance, the protocol's questions, whom to call."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from common.copies.lookups import protocol_on
from common.op import Op, usecase
from common.protocol import Protocol
from common.site import SiteSettings, settings_of
from screening.usecases.entrances import EntranceView, find_entrance


@dataclass(frozen=True)
class Desk:
    """A desk at an entrance today."""

    entrance: EntranceView
    day: date
    protocol: Protocol
    settings: SiteSettings
    zone: str


@usecase(read=True)
def open_desk(op: Op, *, site: str, entrance: str) -> Desk:
    """The desk of an entrance (code or id). Raises NotFound, and Unavailable where no protocol is in force."""
    place = find_entrance(op, site=site, ref=entrance)
    today = op.today(site)
    return Desk(place, today, protocol_on(op.db, site, today), settings_of(op.site(site)), op.site(site).timezone)


@usecase(read=True)
def today_at(op: Op, *, site: str) -> date:
    """The site's local day now."""
    return op.today(site)
