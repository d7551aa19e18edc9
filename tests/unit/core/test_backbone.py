"""The backbone, shown by two small services: what one emits the other does once, at that site and no other."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Response, jsonify
from flask_openapi import APIBlueprint
from sqlalchemy import String, select
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from common.caller import Caller
from common.copies.reactions import COPY_REACTIONS
from common.data.base import SiteScoped, service_metadata
from common.data.session import ForeignSite
from common.events.catalogue.screening import CheckVoided
from common.events.envelope import make_envelope
from common.events.receive import receive_batch
from common.events.tables import Delivery, Outbox
from common.host import Host
from common.ids import new_id
from common.op import Op, usecase
from common.roles import Role
from common.service import Duty, Reaction, Received, Service
from common.testing.system import EmbeddedSystem
from common.web.access import allow
from common.web.api import Input, api_blueprint
from common.web.request import run


class Base(DeclarativeBase):
    metadata = service_metadata()


class Note(SiteScoped, Base):
    __tablename__ = "note"
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    words: Mapped[str] = mapped_column(String(100))


class NewNote(Input):
    site: str
    words: str


@usecase
def write_note(op: Op, *, site: str, words: str) -> str:
    op.site(site)
    note = Note(id=new_id(), site=site, words=words)
    op.db.add(note)
    op.emit(
        CheckVoided(check_id=note.id, decision="hold", reason=words, voided_at=op.now, by_ref=op.caller.id),
        site=site,
        subject=note.id,
    )
    op.audit("note.written", site=site, subject=note.id, particulars={"words": words})
    if words == "fail":
        raise RuntimeError("after all was written")
    return note.id


@usecase(read=True)
def list_notes(op: Op) -> list[Note]:
    return list(op.db.scalars(select(Note).order_by(Note.id)))


def copy_note(op: Op, event: Received[CheckVoided]) -> None:
    if event.payload.reason == "poison":
        raise ValueError("can't be done")
    op.db.add(Note(id=new_id(), site=event.envelope.site, words=f"copy of {event.payload.reason}"))


def remind(op: Op, site: str) -> None:
    if op.once("remind", site=site, day=op.today(site)):
        op.db.add(Note(id=new_id(), site=site, words="reminder"))


def _api() -> APIBlueprint:
    api = api_blueprint("notes")

    @api.post("/notes")
    @allow(Role.MONITOR)
    def create(body: NewNote) -> Response:
        return jsonify({"id": run(write_note, site=body.site, words=body.words)})

    @api.get("/notes")
    @allow(Role.MONITOR, Role.AUDITOR)
    def listing() -> Response:
        return jsonify({"items": [note.words for note in run(list_notes)]})

    return api


PRODUCER = Service(
    "screening",
    "甲",
    "A",
    Base.metadata,
    api=[_api()],
    reactions=COPY_REACTIONS,
    publishes=[CheckVoided],
    duties=[Duty("remind", 60, remind)],
)
CONSUMER = Service("notify", "乙", "B", Base.metadata, reactions=[*COPY_REACTIONS, Reaction(CheckVoided, copy_note)])


@pytest.fixture
def two(tmp_path: Path) -> Iterator[EmbeddedSystem]:
    made = EmbeddedSystem(tmp_path, [PRODUCER, CONSUMER])
    for host in made.hosts.values():
        Base.metadata.create_all(host.engine)
    made.open_site("main")
    made.open_site("branch")
    yield made
    made.close()


def rows(host: Host, model: type[Any]) -> list[Any]:
    def read(op: Op) -> list[Any]:
        return list(op.db.scalars(select(model)))

    return host.run_system(read, Caller("system:test", ""))


def test_an_event_has_its_effect_once_at_its_site(two: EmbeddedSystem) -> None:
    guard = two.api("main", Role.MONITOR)
    assert guard.post("/screening/api/v1/notes", {"site": "main", "words": "hello"}).status_code == 200
    two.settle()
    two.settle()
    assert [note.words for note in rows(two.hosts["notify"], Note)] == ["copy of hello"]
    assert not rows(two.hosts["screening"], Outbox)
    assert len(two.events("screening", CheckVoided)) == 1


def test_a_use_case_that_fails_leaves_nothing(two: EmbeddedSystem) -> None:
    with pytest.raises(RuntimeError):
        two.api("main", Role.MONITOR).post("/screening/api/v1/notes", {"site": "main", "words": "fail"})
    assert not rows(two.hosts["screening"], Note)
    assert not rows(two.hosts["screening"], Outbox)


def test_another_site_is_neither_written_nor_seen(two: EmbeddedSystem) -> None:
    guard = two.api("main", Role.MONITOR)
    guard.post("/screening/api/v1/notes", {"site": "main", "words": "ours"})
    refused = guard.post("/screening/api/v1/notes", {"site": "branch", "words": "theirs"})
    assert refused.status_code == 403
    assert refused.get_json()["field"] == "site"
    assert two.api("branch", Role.AUDITOR).get("/screening/api/v1/notes").get_json() == {"items": []}
    assert two.api("main", Role.AUDITOR).get("/screening/api/v1/notes").get_json() == {"items": ["ours"]}


def test_a_row_of_another_site_is_refused_before_it_is_written(two: EmbeddedSystem) -> None:
    def smuggle(op: Op) -> None:
        op.db.add(Note(id=new_id(), site="branch", words="x"))

    with pytest.raises(ForeignSite):
        two.hosts["screening"].run(smuggle, Caller("staff:x", ""), {"main"})


def test_roles_and_tokens(two: EmbeddedSystem) -> None:
    nobody = two.api("main", Role.STOREKEEPER)
    assert nobody.get("/screening/api/v1/notes").status_code == 403
    guard = two.api("main", Role.MONITOR)
    two.clock.move(hours=13)
    late = guard.get("/screening/api/v1/notes")
    assert late.status_code == 401
    assert late.get_json()["code"] == "token.expired"


def test_a_failing_reaction_is_retried_on_its_tiers_then_parked_and_others_flow(two: EmbeddedSystem) -> None:
    guard = two.api("main", Role.MONITOR)
    for words in ("poison", "fine"):
        guard.post("/screening/api/v1/notes", {"site": "main", "words": words})
    two.settle()
    assert [note.words for note in rows(two.hosts["notify"], Note)] == ["copy of fine"]
    for wait in (timedelta(seconds=11), timedelta(seconds=61), timedelta(seconds=601)):
        assert rows(two.hosts["notify"], Delivery)[0].parked_at is None
        two.clock.move(seconds=wait.total_seconds())
        two.settle()
    parked = rows(two.hosts["notify"], Delivery)
    assert len(parked) == 1
    assert parked[0].parked_at is not None
    assert "can't be done" in parked[0].problem


def test_a_duty_is_done_once_a_local_day_at_each_site(two: EmbeddedSystem) -> None:
    for _ in range(5):
        two.tick(minutes=2)
    assert sorted(note.site for note in rows(two.hosts["screening"], Note)) == ["branch", "main"]
    two.tick(hours=16)
    assert len(rows(two.hosts["screening"], Note)) == 4


def test_an_event_that_stands_twice_in_a_batch_has_its_effect_once(two: EmbeddedSystem) -> None:
    told = CheckVoided(check_id=new_id(), decision="hold", reason="sent again", voided_at=two.clock.now(), by_ref="x")
    other = CheckVoided(check_id=new_id(), decision="hold", reason="other", voided_at=two.clock.now(), by_ref="x")
    first, second = (
        make_envelope(
            event_id=new_id(),
            event_type=payload.event_type,
            site="main",
            service="screening",
            subject=payload.check_id,
            sequence=1,
            time=two.clock.now(),
            data=payload.model_dump(mode="json"),
        )
        for payload in (told, other)
    )
    receive_batch(two.hosts["notify"], [first, second, first])
    receive_batch(two.hosts["notify"], [first, second])
    words = [note.words for note in rows(two.hosts["notify"], Note)]
    assert sorted(words) == ["copy of other", "copy of sent again"]
