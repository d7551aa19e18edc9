"""What notify does when time passes."""

from __future__ import annotations

from common.op import Op
from common.service import Duty
from notify.courier import courier_of
from notify.usecases.climbing import climb_due, measure_alerts
from notify.usecases.messages import purge


def climb(op: Op, site: str) -> None:
    """Lets unanswered alerts climb, and what waits be sent."""
    climb_due(op, site)
    measure_alerts(op, site)
    op.after_commit.append(lambda: courier_of(op.host).start(site))


def destroy_old(op: Op, site: str) -> None:
    """Destroys what the site keeps no longer."""
    purge(op, site)


DUTIES = (Duty("climb", 1.0, climb), Duty("purge", 1800.0, destroy_old))
"""Claimed in the database at each site, so that any number of workers may try."""
