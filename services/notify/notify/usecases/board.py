"""What the alert page shows first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from common.op import Op, usecase
from notify.models import Alert
from notify.usecases.alerts import OPEN_AT_ONCE, AlertView, seen_by, with_ring

RECENT = timedelta(hours=24)
RECENT_AT_ONCE = 50


@dataclass(frozen=True)
class Board:
    """A site's alerts in the order in which they matter."""

    waiting: Sequence[AlertView]
    """Unanswered: nobody answered first, then severe ones, then the oldest."""
    silent: Sequence[AlertView]
    """Of old imported readings: to be looked at, without sirens."""
    handled: Sequence[AlertView]
    """Taken by somebody; their marks may still have to be confirmed."""
    ended: Sequence[AlertView]
    """Ended within a day."""


@usecase(read=True)
def read_board(op: Op, *, site: str) -> Board:
    """The alerts of a site that the caller may see."""
    op.site(site)
    mine = seen_by(op, [site])
    live = list(
        op.db.scalars(
            select(Alert).where(mine, Alert.state.in_(("open", "exhausted"))).order_by(Alert.id).limit(OPEN_AT_ONCE)
        )
    )
    past = list(
        op.db.scalars(
            select(Alert)
            .where(mine, Alert.state.in_(("acknowledged", "closed")), Alert.raised_at > op.now - RECENT)
            .order_by(Alert.id.desc())
            .limit(RECENT_AT_ONCE)
        )
    )
    views = with_ring(op, live)
    waiting = [view for view in views if not view.alert.silent]
    waiting.sort(key=lambda view: (view.alert.state != "exhausted", view.alert.severity != "severe", view.alert.id))
    return Board(
        waiting=waiting,
        silent=[view for view in views if view.alert.silent],
        handled=[AlertView(one, rings=False) for one in past if one.state == "acknowledged"],
        ended=[AlertView(one, rings=False) for one in past if one.state == "closed"],
    )
