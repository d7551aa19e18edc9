"""Prometheus metrics of every service. Labels are bounded: sites and routes, never persons."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

from common.errors import SizaoError

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2.5, 5, 10)

USECASE_SECONDS = Histogram(
    "sizao_usecase_seconds",
    "Time of use cases, reactions and duties",
    ["service", "usecase", "outcome"],
    buckets=BUCKETS,
)
REQUEST_SECONDS = Histogram(
    "sizao_request_seconds", "Time to answer an HTTP request", ["service", "route", "method", "status"], buckets=BUCKETS
)
EVENTS_PUBLISHED = Counter("sizao_events_published_total", "Events handed to the transport", ["service", "type"])
EVENTS_HANDLED = Counter("sizao_events_handled_total", "Events that had their effect", ["service", "type", "outcome"])
EVENTS_PARKED = Counter("sizao_events_parked_total", "Events parked after their attempts", ["service", "type"])
OUTBOX_DEPTH = Gauge("sizao_outbox_depth", "Events waiting in the outbox", ["service"])
OUTBOX_AGE = Gauge("sizao_outbox_oldest_seconds", "Age of the oldest event waiting in the outbox", ["service"])
OUTBOX_PARKED = Gauge("sizao_outbox_parked", "Events in the outbox that no attempt could publish", ["service"])
EVENTS_RETRIED = Counter("sizao_events_retried_total", "Events put on a retry tier", ["service", "type"])
QUEUE_DEPTH = Gauge("sizao_queue_depth", "Events ready in a queue of the broker", ["service", "queue"])
QUEUE_CONSUMERS = Gauge("sizao_queue_consumers", "Consumers of a queue of the broker", ["service", "queue"])
EVENT_LAG = Gauge("sizao_event_lag_seconds", "Age of the event handled last when its turn came", ["service", "queue"])
BINDINGS_MISSING = Gauge(
    "sizao_bindings_missing", "Bindings of consumers that the catalogue names and the broker has not", ["service"]
)
DUTY_RUNS = Counter("sizao_duty_runs_total", "Duties that ran", ["service", "duty", "outcome"])
DUTY_LATE = Gauge("sizao_duty_late_seconds", "How late the most overdue duty is", ["service"])


def usecase_outcome(problem: SizaoError) -> str:
    """The bounded outcome label of a use case that was refused."""
    return "refused" if problem.status < 500 else "unavailable"
