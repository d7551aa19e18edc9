"""What every answer carries: the content policy, caching, and its time in the metrics."""

from __future__ import annotations

import time

from flask import Response, g, request

from common.observe.metrics import REQUEST_SECONDS
from common.web.request import host

CONTENT_POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "frame-ancestors 'none'; form-action 'self'"
)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
PROBES = frozenset({"health.healthz", "health.readyz"})
"""Routes that tell whether the process is well: they depend on nothing else."""
FOR_EVER = "public, max-age=31536000, immutable"


def is_static(endpoint: str | None) -> bool:
    """Whether a route serves files that hold no data."""
    return endpoint is not None and (endpoint == "static" or endpoint.endswith(".static"))


def finish(answer: Response) -> Response:
    """Sets the headers that no view set, and counts the request."""
    headers = answer.headers
    headers.setdefault("Content-Security-Policy", CONTENT_POLICY)
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("X-Frame-Options", "DENY")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", "camera=(self), microphone=(), geolocation=()")
    if is_static(request.endpoint):
        if "v" in request.args and answer.status_code in {200, 304}:
            headers["Cache-Control"] = FOR_EVER
    else:
        headers.setdefault("Cache-Control", "no-store")
        answer.vary.update(("Accept", "Accept-Language", "Authorization", "Cookie"))
    _count(answer)
    return answer


def _count(answer: Response) -> None:
    started = g.get("sizao_started")
    if started is None:
        return
    route = request.url_rule.rule if request.url_rule else "none"
    method = request.method if request.method in METHODS else "other"
    REQUEST_SECONDS.labels(host().service.name, route, method, str(answer.status_code)).observe(
        time.perf_counter() - started
    )
