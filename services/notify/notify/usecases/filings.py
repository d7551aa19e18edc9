"""What the ledger's events do to alerts: a sheet that is overdue, and one that came after all."""

from __future__ import annotations

from common.events.catalogue.coordination import FilingOverdue, FilingReceived
from common.op import Op
from notify.domain.texts import filing_title
from notify.usecases.changes import take_turn
from notify.usecases.incidents import close_alert
from notify.usecases.notes import recall, remember
from notify.usecases.raising import Cause, alert_rules, find_by_cause, raise_alert


def raise_for_filing(op: Op, site: str, told: FilingOverdue) -> None:
    """Raises an alert for a sheet that was not filed by the site's time."""
    change = take_turn(op, site)
    cause = Cause(
        event_type=FilingOverdue.event_type, id=told.filing_id, kind="filing_overdue", found_at=told.due_at,
        title=filing_title(told.place_name, told.day.isoformat(), told.checks_known), entrance=told.place_name,
        over=recall(op, site, told.filing_id, "received") is not None,
    )  # fmt: skip
    raise_alert(op, site, cause, alert_rules(op, site), change)


def close_for_filing(op: Op, site: str, told: FilingReceived) -> None:
    """Closes the alert about a sheet once it is filed."""
    change = take_turn(op, site)
    if told.late:
        remember(op, site, told.filing_id, "received")
    alert = find_by_cause(op, site, FilingOverdue.event_type, told.filing_id)
    if alert is not None:
        close_alert(op, alert, change, why="filed")
