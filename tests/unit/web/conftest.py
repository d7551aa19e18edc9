"""A small service with one of everything that web parts do: an API, forms, versions, pages, all components."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from flask import Blueprint, Response, flash, jsonify, redirect, render_template, render_template_string, request
from flask_openapi import APIBlueprint, FileStorage
from pydantic import Field
from sqlalchemy import String, select
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from werkzeug.wrappers import Response as BaseResponse

from common.copies.reactions import COPY_REACTIONS
from common.data.base import SiteScoped, service_metadata
from common.ids import new_id
from common.op import Op, usecase
from common.roles import Role
from common.service import Service
from common.testing.system import EmbeddedSystem
from common.web.access import allow, allow_any_role, allow_public
from common.web.api import IdPath, Input, ListQuery, api_blueprint
from common.web.etag import require_match, tagged
from common.web.idempotency import Stored, answer_stored, body_digest, once, remember, request_key
from common.web.request import page_site, run

AT = datetime(2021, 3, 1, 0, 30, tzinfo=UTC)
HERE = Path(__file__).parent


class Base(DeclarativeBase):
    metadata = service_metadata()


class Thing(SiteScoped, Base):
    __tablename__ = "thing"
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    words: Mapped[str] = mapped_column(String(100))


class NewThing(Input):
    site: str = Field(max_length=40)
    words: str = Field(min_length=2, max_length=100)
    count: int = Field(default=1, ge=1, le=9)
    day: date | None = None
    inner: dict[str, Any] | None = None


class Form(Input):
    file: FileStorage
    site: str = Field(max_length=40)


@usecase
def write_thing(op: Op, *, site: str, words: str, key: str | None, digest: str) -> Stored:
    op.site(site)
    if (stored := once(op, scope="things", site=site, key=key, digest=digest)) is not None:
        return stored
    thing = Thing(id=new_id(), site=site, words=words)
    op.db.add(thing)
    if words == "fails":
        raise RuntimeError("after the key was taken")
    return remember(op, scope="things", site=site, key=key, status=201, body={"id": thing.id})


@usecase(read=True)
def list_things(op: Op) -> list[str]:
    return [thing.words for thing in op.db.scalars(select(Thing).order_by(Thing.id))]


def things_api() -> APIBlueprint:
    api = api_blueprint("things")

    @api.post("/things")
    @allow(Role.MONITOR)
    def create(body: NewThing) -> Response:
        """Writes a thing.

        Sent again with its key, it is written once.
        """
        digest = body_digest(body)
        return answer_stored(run(write_thing, site=body.site, words=body.words, key=request_key(), digest=digest))

    @api.get("/things")
    @allow(Role.MONITOR, Role.AUDITOR)
    def listing(query: ListQuery) -> Response:
        return tagged(jsonify({"items": run(list_things), "limit": query.limit}))

    @api.put("/things/<id>")
    @allow(Role.MONITOR)
    def change(path: IdPath, body: NewThing) -> Response:
        require_match(3)
        return tagged(jsonify({"id": path.id, "words": body.words}), 4)

    @api.post("/files")
    @allow(Role.MONITOR)
    def upload(form: Form) -> Response:
        return jsonify({"bytes": len(form.file.read()), "site": form.site})

    @api.get("/broken")
    @allow(Role.MONITOR)
    def broken() -> Response:
        raise RuntimeError("not foreseen")

    return api


def small_pages() -> Blueprint:
    page = Blueprint("small", __name__, template_folder=str(HERE / "templates"))

    @page.get("/<site>/today")
    @allow(Role.MONITOR, Role.COORDINATOR, Role.ADMIN, Role.EMERGENCY, Role.SECURITY, Role.AUDITOR)
    def gallery(site: str) -> str:
        page_site(site)
        return render_template(
            "gallery.html", at=AT, later=AT + timedelta(minutes=12, seconds=30), fever=Decimal("37.6"),
            normal=Decimal("36.5"),
        )  # fmt: skip

    @page.post("/<site>/today")
    @allow(Role.MONITOR)
    def act(site: str) -> BaseResponse:
        flash("已放行 <b>王*明</b>", "success")
        return redirect(f"/screening/{page_site(site)}/today", 303)

    @page.get("/<site>/registers/<day>")
    @allow(Role.MONITOR)
    def one(site: str, day: str) -> str:
        page_site(site)
        return render_template_string(
            '{% extends "common/page.html" %}{% block title %}{{ day }}{% endblock %}', day=day
        )

    @page.get("/<site>/sheet")
    @allow_any_role()
    def sheet(site: str) -> str:
        page_site(site)
        return render_template("gallery_sheet.html", at=AT)

    @page.route("/words", methods=["GET", "POST"])
    @allow_public("a page without sign-in, for tests")
    def words() -> str:
        return render_template_string(
            '{% extends "common/plain.html" %}{% block title %}x{% endblock %}{% block main %}{{ word }}{% endblock %}',
            word=request.values.get("word", ""),
        )

    return page


def small_service(**changes: Any) -> Service:
    given: dict[str, Any] = {"api": [things_api()], "pages": [small_pages()], "reactions": COPY_REACTIONS}
    return Service("screening", "监测登记", "Screening", Base.metadata, **{**given, **changes})


def start(folder: Path) -> EmbeddedSystem:
    system = EmbeddedSystem(folder, [small_service()])
    for host in system.hosts.values():
        Base.metadata.create_all(host.engine)
    system.open_site("main", "哈尔滨市某局")
    system.open_site("branch", "某局阿城分局")
    return system


@pytest.fixture
def small(tmp_path: Path) -> Iterator[EmbeddedSystem]:
    system = start(tmp_path)
    yield system
    system.close()


@pytest.fixture
def make_service() -> Callable[..., Service]:
    return small_service


@pytest.fixture
def written(small: EmbeddedSystem) -> Callable[[], list[str]]:
    """The things that are stored at the site main."""
    auditor = small.api("main", Role.AUDITOR)

    def read() -> list[str]:
        words: list[str] = auditor.get("/screening/api/v1/things").get_json()["items"]
        return words

    return read
