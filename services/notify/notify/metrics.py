"""Prometheus metrics of notify. Labels are sites and kinds, never persons."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

from common.op import Op
from notify.models import Alert

CLOCK_BUCKETS = (1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200)

FIRST_ALERT_SECONDS = Histogram(
    "sizao_fever_first_alert_seconds", "From a held person's measurement to the first alert", ["site"],
    buckets=CLOCK_BUCKETS,
)  # fmt: skip
ACKNOWLEDGED_SECONDS = Histogram(
    "sizao_fever_acknowledged_seconds", "From a held person's measurement to the acknowledgement", ["site"],
    buckets=CLOCK_BUCKETS,
)  # fmt: skip
ALERTS_OPEN = Gauge("sizao_alerts_open", "Alerts that nobody has answered yet", ["site"])
ALERTS_EXHAUSTED = Gauge("sizao_alerts_exhausted", "Alerts whose ladder ended without an answer", ["site"])
ALERTS_REACHING_NOBODY = Gauge(
    "sizao_alerts_reaching_nobody", "Unanswered alerts whose group had nobody to reach", ["site"]
)
MESSAGES = Counter("sizao_messages_total", "Messages by what became of an attempt", ["site", "kind", "outcome"])
STREAMS_OPEN = Gauge("sizao_live_streams", "Open live streams of this process")
STREAMS_REFUSED = Counter("sizao_live_streams_refused_total", "Live streams refused because all were taken")


def observe_first_alert(op: Op, alert: Alert) -> None:
    """Tells the clock found → first alert, once the alert is in the database."""
    if alert.check_id is not None and alert.cause_id == alert.check_id:
        site, seconds = alert.site, max(0.0, (op.now - alert.found_at).total_seconds())
        op.after_commit.append(lambda: FIRST_ALERT_SECONDS.labels(site).observe(seconds))


def observe_acknowledged(op: Op, alert: Alert) -> None:
    """Tells the clock found → acknowledged, once the answer is in the database."""
    if alert.check_id is not None and alert.cause_id == alert.check_id and not alert.silent:
        site, seconds = alert.site, max(0.0, (op.now - alert.found_at).total_seconds())
        op.after_commit.append(lambda: ACKNOWLEDGED_SECONDS.labels(site).observe(seconds))
