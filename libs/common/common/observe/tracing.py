"""OpenTelemetry, when its endpoint is set: a span for each use case, reaction and duty, joined by our `traceparent`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from common.observe.trace import current_traceparent, use_traceparent
from common.settings import Settings

_tracer: Any = None


def set_up_tracing(settings: Settings, name: str) -> None:
    """Exports spans to `otlp_endpoint` over HTTP as the service `name`; does nothing where no endpoint is set."""
    global _tracer  # noqa: PLW0603 - one exporter a process, as OpenTelemetry has it
    if not settings.otlp_endpoint or _tracer is not None:
        return
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider(resource=Resource.create({"service.name": name}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(f"{settings.otlp_endpoint.rstrip('/')}/v1/traces")))
    _tracer = provider.get_tracer("sizao")


def span(name: str, **attributes: str) -> AbstractContextManager[None]:
    """A span of the current trace; events written in it carry it on. Attributes hold no personal data."""
    return nullcontext() if _tracer is None else _span(name, attributes)


@contextmanager
def _span(name: str, attributes: dict[str, str]) -> Iterator[None]:
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    before = current_traceparent()
    parent = TraceContextTextMapPropagator().extract({"traceparent": before}) if before else None
    with _tracer.start_as_current_span(name, context=parent, attributes=attributes, record_exception=False) as made:
        told = made.get_span_context()
        with use_traceparent(f"00-{told.trace_id:032x}-{told.span_id:016x}-01"):
            yield
