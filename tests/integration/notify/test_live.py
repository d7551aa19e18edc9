"""Live streams: what happens is told in a few looks at the database, to those it is for, and places are bounded."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from typing import Any

from werkzeug.test import Client, EnvironBuilder

from common.host import count_statements
from common.roles import Role
from notify.live import stream as streaming


class Reader:
    """A program that reads a stream; each has a session of its own."""

    def __init__(self, bureau: Any, *roles: Role, sites: str = "main", last: str | None = None, **options: Any) -> None:
        token = bureau.system.token({"main": roles or (Role.EMERGENCY,)}, **options)
        headers = [("Authorization", f"Bearer {token}"), *([("Last-Event-ID", last)] if last else [])]
        builder = EnvironBuilder("/notify/live", query_string={"site": sites}, headers=headers)
        self.status = 0
        self.headers: dict[str, str] = {}

        def started(status: str, given: list[tuple[str, str]], _info: Any = None) -> Any:
            self.status, self.headers = int(status.split(maxsplit=1)[0]), dict(given)
            return lambda _body: None

        self.body: Any = bureau.system.wsgi(builder.get_environ(), started)
        self._lines: Iterator[bytes] = iter(self.body)

    def next(self) -> tuple[str, list[dict[str, Any]], str]:
        """The next event: its name, its alerts and its cursor; comments are passed over."""
        while True:
            fields = dict(line.split(": ", 1) for line in next(self._lines).decode().splitlines() if ": " in line[1:])
            if "event" in fields:
                return fields["event"], json.loads(fields["data"]).get("items", []), fields.get("id", "")

    def raw(self) -> str:
        return next(self._lines).decode()

    def close(self) -> None:
        self.body.close()


def test_an_alert_is_told_while_the_stream_is_open_and_each_change_after_it(bureau: Any) -> None:
    bureau.person("王甲", Role.EMERGENCY)
    reader = Reader(bureau)
    assert (reader.status, reader.headers["Content-Type"]) == (200, "text/event-stream; charset=utf-8")
    assert reader.next()[:2] == ("snapshot", [])
    threading.Thread(target=bureau.fever).start()
    kind, [alert], cursor = reader.next()
    assert (kind, alert["state"], alert["rings"]) == ("alerts", "open", True)
    bureau.api().post(f"/notify/api/v1/alerts/{alert['id']}/acknowledgement", {})
    _kind, [alert], later = reader.next()
    assert alert["state"] == "acknowledged"
    reader.close()
    again = Reader(bureau, last=cursor)
    assert [one["state"] for one in again.next()[1]] == ["acknowledged"]
    again.close()
    settled = Reader(bureau, last=later)
    bureau.fever()
    assert [one["state"] for one in settled.next()[1]] == ["open"]
    settled.close()


def test_a_stream_tells_nothing_of_another_site_or_group(bureau: Any) -> None:
    assert Reader(bureau, sites="branch").status == 403
    guard = Reader(bureau, Role.MONITOR)
    assert guard.next()[1] == []
    bureau.fever()
    bureau.fever(site="branch")
    assert guard.next()[1] == []
    guard.close()


def test_places_are_bounded_and_given_back(bureau: Any) -> None:
    bureau.system.settings.streams = 2
    readers = [Reader(bureau) for _ in range(2)]
    refused = Reader(bureau)
    assert (refused.status, refused.headers["Retry-After"]) == (503, "30")
    readers[0].close()
    readers[0].close()
    third = Reader(bureau)
    assert third.status == 200
    for reader in (*readers, third):
        reader.close()
    token = bureau.system.token({"main": (Role.EMERGENCY,)})
    head = Client(bureau.system.wsgi).head(
        "/notify/live", query_string={"site": "main"}, headers={"Authorization": f"Bearer {token}"}
    )
    assert head.status_code == 200
    again = [Reader(bureau).status for _ in range(2)]
    assert again == [200, 200]


def test_a_browser_that_turns_pages_quickly_does_not_use_the_places_up(bureau: Any) -> None:
    bureau.system.settings.streams = 4
    pages = [Reader(bureau, token_id="one browser") for _ in range(12)]
    assert {page.status for page in pages} == {200}
    assert Reader(bureau).status == 200
    assert [line for line in pages[0].body if b"event: alerts" in line] == []
    for page in pages:
        page.close()


def test_a_session_that_is_over_ends_its_stream(bureau: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(streaming, "HEARTBEAT_SECONDS", 0.01)
    monkeypatch.setattr(streaming, "TOKEN_SECONDS", 0.0)
    reader = Reader(bureau, hours=1)
    reader.next()
    while "still here" not in reader.raw():
        pass
    bureau.system.clock.move(hours=2)
    assert reader.next()[0] == "signed-out"
    reader.close()


def test_a_stream_ends_after_its_time(bureau: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(streaming, "LONGEST_SECONDS", 0.0)
    reader = Reader(bureau)
    reader.next()
    assert list(reader._lines) == []
    reader.close()


def test_pages_that_poll_are_told_the_same_and_nothing_twice(bureau: Any) -> None:
    bureau.person("王甲", Role.EMERGENCY)
    first = bureau.api().get("/notify/api/v1/alerts/changes", site="main").get_json()
    assert first["items"] == []
    bureau.fever()
    second = bureau.api().get("/notify/api/v1/alerts/changes", after=first["next"])
    assert [one["state"] for one in second.get_json()["items"]] == ["open"]
    token = {"If-None-Match": second.headers["ETag"]}
    third = bureau.api().request(
        "GET", f"/notify/api/v1/alerts/changes?after={second.get_json()['next']}", headers=token
    )
    assert (third.status_code, third.data) == (304, b"")
    bureau.fever()
    fourth = bureau.api().request(
        "GET", f"/notify/api/v1/alerts/changes?after={second.get_json()['next']}", headers=token
    )
    assert len(fourth.get_json()["items"]) == 1


def test_what_is_done_often_asks_the_database_seldom(bureau: Any) -> None:
    for number in range(12):
        bureau.person(f"王{number}", Role.EMERGENCY)
    seen = count_statements(bureau.host.engine)

    def statements(what: Any) -> int:
        del seen[:]
        what()
        return len([one for one in seen if not one.startswith(("BEGIN", "PRAGMA"))])

    api = bureau.api()
    cursor = api.get("/notify/api/v1/alerts/changes", site="main").get_json()["next"]
    assert statements(lambda: api.get("/notify/api/v1/alerts/changes", after=cursor)) <= 5
    assert statements(bureau.fever) <= 32
    few = statements(lambda: api.get("/notify/api/v1/alerts", site="main"))
    for _ in range(10):
        bureau.fever()
    assert statements(lambda: api.get("/notify/api/v1/alerts", site="main")) == few <= 8
    bureau.system.tick(seconds=5)
    assert statements(lambda: bureau.system.tick(seconds=2)) <= 40
