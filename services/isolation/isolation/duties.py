"""What isolation does when time passes."""

from __future__ import annotations

from common.op import Op
from common.service import Duty
from common.web.idempotency import purge_keys
from isolation.usecases.overdue import tell_overdue_steps
from isolation.usecases.purge import purge_early_news, purge_incidents, purge_looks


def tell_overdue(op: Op, site: str) -> None:
    """Steps whose deadline passed are told, once each."""
    tell_overdue_steps(op, site=site)


def purge(op: Op, site: str) -> None:
    """What may no longer be kept is destroyed, a batch at a time."""
    purge_early_news(op, site=site)
    purge_incidents(op, site=site)
    purge_looks(op, site=site)
    purge_keys(op, site)


DUTIES = (Duty("overdue_steps", 30, tell_overdue), Duty("purge_incidents", 3600, purge))
