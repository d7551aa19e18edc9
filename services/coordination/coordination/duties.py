"""What coordination does when time passes."""

from __future__ import annotations

from common.op import Op
from common.service import Duty
from coordination.usecases.import_staff import forget_refused_rows
from coordination.usecases.ledger import watch_filings
from coordination.usecases.sessions import forget_old_sessions
from coordination.usecases.throttle import forget_old_windows


def tidy(op: Op, site: str) -> None:
    """Takes away what is kept for a while only."""
    forget_refused_rows(op, site)
    forget_old_windows(op)
    forget_old_sessions(op)


DUTIES = (Duty("filings", 30, watch_filings), Duty("tidy", 3600, tidy))
