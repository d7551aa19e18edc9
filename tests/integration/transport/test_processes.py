"""The processes of two services: what they tell of themselves, and what commands do to them."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from pytest_httpserver import HTTPServer
from werkzeug.wrappers import Request, Response

from common.roles import Role
from common.testing import two
from common.testing.plugin import Broker
from common.testing.process_system import ProcessSystem
from common.testing.processes import until
from common.testing.servers.control import PostgresServer

NOTES = "/screening/api/v1/notes"


class Collector:
    """A far side that takes spans."""

    def __init__(self) -> None:
        self.spans: list[tuple[str, str, str]] = []
        """Service, name and trace id."""

    def take(self, request: Request) -> Response:
        body = request.get_data()
        told = ExportTraceServiceRequest.FromString(
            gzip.decompress(body) if request.headers.get("Content-Encoding") == "gzip" else body
        )
        for resource in told.resource_spans:
            service = next(one.value.string_value for one in resource.resource.attributes if one.key == "service.name")
            for scope in resource.scope_spans:
                self.spans += [(service, span.name, span.trace_id.hex()) for span in scope.spans]
        return Response(b"")


@pytest.fixture(scope="module")
def collector() -> Iterator[tuple[Collector, str]]:
    made = Collector()
    with HTTPServer() as server:
        server.expect_request("/v1/traces").respond_with_handler(made.take)
        yield made, server.url_for("").rstrip("/")


@pytest.fixture(scope="module")
def over(
    tmp_path_factory: pytest.TempPathFactory, pg_server: PostgresServer, make_vhost: Callable[[str], Broker],
    collector: tuple[Collector, str],
) -> Iterator[ProcessSystem]:  # fmt: skip
    made = ProcessSystem(
        tmp_path_factory.mktemp("processes"), two.SERVICES, admin_dsn=pg_server.admin_dsn,
        amqp=make_vhost("processes").amqp_url, module=two.MODULE, prepare=two.prepare, retry_tiers="200ms",
        otlp_endpoint=collector[1],
    )  # fmt: skip
    try:
        made.open_site("main")
        yield made
    finally:
        made.close()


def metrics(over: ProcessSystem, service: str, kind: str) -> str:
    port = over.processes.all[(service, kind)].env["SIZAO_METRICS_PORT"]
    return httpx.get(f"http://127.0.0.1:{port}/metrics", timeout=10).text


def test_a_note_goes_through_web_relay_and_worker_and_another_site_sees_none(over: ProcessSystem) -> None:
    over.open_site("branch")
    guard = over.api("main", Role.MONITOR)
    assert guard.post(NOTES, {"site": "main", "words": "hello"}).status_code == 201
    assert guard.post(NOTES, {"site": "branch", "words": "no"}).status_code == 403
    over.settle()
    assert over.api("branch", Role.AUDITOR).get(NOTES).get_json()["items"] in ([], ["reminder"])
    over.tick(minutes=2)
    assert guard.get(NOTES).get_json()["items"].count("reminder") == 1


def test_each_process_counts_what_it_does(over: ProcessSystem) -> None:
    assert over.api("main", Role.MONITOR).post(NOTES, {"site": "main", "words": "counted"}).status_code == 201
    over.settle()
    web, relay, worker = (metrics(over, *which) for which in (
        ("screening", "web"), ("screening", "relay"), ("notify", "worker"),
    ))  # fmt: skip
    assert 'sizao_request_seconds_count{method="POST",route="/api/v1/notes"' in web
    assert 'sizao_events_published_total{service="screening"' in relay
    assert 'sizao_events_handled_total{outcome="done",service="notify"' in worker
    until(lambda: "sizao_outbox_oldest_seconds" in metrics(over, "screening", "relay"), "the outbox's gauges")
    until(lambda: 'sizao_queue_depth{queue="sizao.notify.parked"' in metrics(over, "notify", "worker"), "the queues'")


def test_parked_events_are_listed_and_replayed_by_command(over: ProcessSystem) -> None:
    guard = over.api("main", Role.MONITOR)
    guard.post(NOTES, {"site": "main", "words": "broken"})
    until(lambda: over.parking.list("notify"), "the broken one to be parked")
    listed = command(over, "parked", "list", "notify", "--json")
    assert [event["direction"] for event in listed] == ["incoming"]
    assert (
        command(over, "parked", "show", "notify", listed[0]["id"], "--json")["problem"] == "ValueError: not mended yet"
    )
    guard.post(NOTES, {"site": "main", "words": "mended"})
    until(lambda: "mended" in copied(over), "what mends it")
    assert command(over, "parked", "replay", "notify", "--all", "--json") == {"replayed": 1}
    until(lambda: "broken" in copied(over), "the replayed one")
    assert command(over, "parked", "list", "notify", "--json") == []


def copied(over: ProcessSystem) -> list[str]:
    from common.caller import system

    return over.hosts["notify"].run_system(two.list_notes, system("test"))


def command(over: ProcessSystem, *words: str) -> Any:
    program = Path(sys.executable).with_name("sizao")
    env = {**os.environ, **over.installation.env()}
    done = subprocess.run([program, *words], env=env, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_one_trace_leads_from_the_request_to_the_far_reaction(
    over: ProcessSystem, collector: tuple[Collector, str]
) -> None:
    assert over.api("main", Role.MONITOR).post(NOTES, {"site": "main", "words": "traced"}).status_code == 201

    def joined() -> bool:
        found = collector[0].spans
        written = {trace for service, name, trace in found if (service, name) == ("screening", "common.write_note")}
        return any(service == "notify" and trace in written for service, _, trace in found)

    until(joined, "a span of notify in the trace of a request", 30)
