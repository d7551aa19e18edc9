"""The seconds of each incident's clocks, for Prometheus (plan P1). Labels name the site, never a person."""

from __future__ import annotations

from prometheus_client import Counter, Histogram

from common.op import Op
from isolation.domain.clocks import seconds_between
from isolation.models import Incident

BUCKETS = (1, 2, 5, 10, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14400, 43200, 86400)

SECONDS = {
    "first_alert": Histogram(
        "sizao_incident_first_alert_seconds", "From finding to the first message sent", ["site"], buckets=BUCKETS
    ),
    "acknowledged": Histogram(
        "sizao_incident_acknowledged_seconds", "From finding to the acknowledgement", ["site"], buckets=BUCKETS
    ),
    "authority_told": Histogram(
        "sizao_incident_authority_told_seconds", "From finding to the report to the authority", ["site"],
        buckets=BUCKETS,
    ),
}  # fmt: skip
OVER = Counter("sizao_incident_clock_over_total", "Clocks that stopped over the protocol's limit", ["site", "clock"])
OPENED = Counter("sizao_incidents_opened_total", "Incidents opened", ["site", "kind"])
OVERDUE = Counter("sizao_incident_steps_overdue_total", "Obligatory steps whose deadline passed", ["site"])


def observe_clock(op: Op, incident: Incident, clock: str) -> None:
    """Counts a clock that just stopped, once the transaction stands.

    Incidents that are imported or too old to alarm are left out: their age says nothing of how fast anybody acted.
    """
    at = {
        "first_alert": incident.first_alert_at,
        "acknowledged": incident.acknowledged_at,
        "authority_told": incident.authority_told_at,
    }[clock]
    if at is None or incident.imported or incident.silent:
        return
    site, seconds = incident.site, seconds_between(incident.counted_from, at)
    over = seconds > incident.limits[clock]

    def count() -> None:
        SECONDS[clock].labels(site).observe(seconds)
        if over:
            OVER.labels(site, clock).inc()

    op.after_commit.append(count)


def observe_opened(op: Op, incident: Incident) -> None:
    """Counts an incident once the transaction stands."""
    site, kind = incident.site, incident.kind
    op.after_commit.append(lambda: OPENED.labels(site, kind).inc())


def observe_overdue(op: Op, site: str, steps: int) -> None:
    """Counts overdue steps once the transaction stands."""
    if steps:
        op.after_commit.append(lambda: OVERDUE.labels(site).inc(steps))
