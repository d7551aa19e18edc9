"""Two small services with which transports and runtimes are tested: what `screening` writes, `notify` copies."""

from __future__ import annotations

from flask import Response, jsonify
from flask_openapi import APIBlueprint
from sqlalchemy import Engine, Integer, String, func, select, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from common.copies.reactions import COPY_REACTIONS
from common.data.base import SiteScoped, service_metadata
from common.data.engine import is_sqlite
from common.data.rls import scoped_table_ddl
from common.events.catalogue.screening import CheckCompleted, CheckVoided
from common.ids import new_id
from common.op import Op, usecase
from common.roles import Role
from common.service import Duty, Reaction, Received, Service
from common.web.access import allow
from common.web.api import Input, api_blueprint
from common.web.request import run

MODULE = "common.testing.two"


class Base(DeclarativeBase):
    """Base of the two services' only table."""

    metadata = service_metadata()


class TwoNote(SiteScoped, Base):
    """A note, or the copy of one; `turn` counts in which order copies were made.

    A copy has a key of its own and names its note in `origin`: nothing but the inbox keeps it from being made twice.
    """

    __tablename__ = "two_note"
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    origin: Mapped[str] = mapped_column(String(36))
    words: Mapped[str] = mapped_column(String(200))
    turn: Mapped[int] = mapped_column(Integer, default=0)


class NewNote(Input):
    """A note as it is sent; `urgent` ones are told by an urgent event."""

    site: str
    words: str
    urgent: bool = False


@usecase
def write_note(op: Op, *, site: str, words: str, urgent: bool = False) -> str:
    """Writes a note and tells of it; returns its id."""
    op.site(site)
    ident = new_id()
    note = TwoNote(id=ident, origin=ident, site=site, words=words)
    op.db.add(note)
    voided = CheckVoided(check_id=note.id, decision="hold", reason=words, voided_at=op.now, by_ref=op.caller.id)
    completed = CheckCompleted(check_id=note.id, person_kind="visitor", person_ref=None, masked_name=words, sealed="")
    op.emit(voided if urgent else completed, site=site, subject=note.id)
    return note.id


@usecase(read=True)
def list_notes(op: Op) -> list[str]:
    """The words of the notes that the caller may see."""
    return list(op.db.scalars(select(TwoNote.words).order_by(TwoNote.id)))


def _copy(op: Op, site: str, ident: str, words: str) -> None:
    """Copies a note. One that is `broken` fails until a note `mended` is there; `poison` fails for ever."""
    if words.startswith("poison"):
        raise ValueError("can't be done")
    if words.startswith("broken") and "mended" not in list_notes(op):
        raise ValueError("not mended yet")
    turn = op.db.scalar(select(func.count()).select_from(TwoNote)) or 0
    op.db.add(TwoNote(id=new_id(), origin=ident, site=site, words=words, turn=turn + 1))


def copy_voided(op: Op, event: Received[CheckVoided]) -> None:
    """Copies an urgent note."""
    _copy(op, event.envelope.site, event.payload.check_id, event.payload.reason)


def copy_completed(op: Op, event: Received[CheckCompleted]) -> None:
    """Copies an ordinary note."""
    _copy(op, event.envelope.site, event.payload.check_id, event.payload.masked_name)


def remind(op: Op, site: str) -> None:
    """Writes a reminder once a local day."""
    if op.once("remind", site=site, day=op.today(site)):
        op.db.add(TwoNote(id=new_id(), origin="", site=site, words="reminder"))


def _api() -> APIBlueprint:
    api = api_blueprint("notes")

    @api.post("/notes")
    @allow(Role.MONITOR)
    def create(body: NewNote) -> tuple[Response, int]:
        written = run(write_note, site=body.site, words=body.words, urgent=body.urgent)
        return jsonify({"id": written}), 201

    @api.get("/notes")
    @allow(Role.MONITOR, Role.AUDITOR)
    def listing() -> Response:
        return jsonify({"items": run(list_notes), "next": None})

    return api


def prepare(_service: Service, engine: Engine) -> None:
    """Makes the table in a migrated database, behind the same wall as every other."""
    Base.metadata.create_all(engine)
    if not is_sqlite(engine):
        with engine.begin() as connection:
            for statement in scoped_table_ddl(TwoNote.__tablename__):
                connection.execute(text(statement))


PRODUCER = Service(
    "screening", "甲", "A", Base.metadata, api=[_api()], reactions=COPY_REACTIONS,
    publishes=[CheckVoided, CheckCompleted], duties=[Duty("remind", 60, remind)],
    extra={"migrations": False},
)  # fmt: skip
CONSUMER = Service(
    "notify", "乙", "B", Base.metadata,
    reactions=[*COPY_REACTIONS, Reaction(CheckVoided, copy_voided), Reaction(CheckCompleted, copy_completed)],
    extra={"migrations": False},
)  # fmt: skip
SERVICES = (PRODUCER, CONSUMER)
