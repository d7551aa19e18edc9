"""Registers over HTTP: a day of an entrance, its signatures, amendments, verification, files."""

from __future__ import annotations

from datetime import date
from typing import Literal

from flask import Response, jsonify
from pydantic import BaseModel, Field

from common.roles import Role
from common.web.access import allow
from common.web.api import Input, answer, api_blueprint
from common.web.request import run, sites
from screening.api.register_shapes import day_out, register_out, signed_out, verification_out
from screening.api.shapes import optional_body
from screening.downloads import file_answer
from screening.usecases.registers import get_register, list_registers
from screening.usecases.registers_export import empty_file, export_register
from screening.usecases.registers_sign import amend_register, sign_register
from screening.usecases.registers_verify import verify_register

api = api_blueprint("registers")
READERS = (Role.MONITOR, Role.COORDINATOR, Role.LEADER, Role.ADMIN, Role.AUDITOR)
SIGNERS = (Role.MONITOR, Role.COORDINATOR, Role.LEADER, Role.ADMIN)


class RegisterPath(BaseModel):
    """A day of an entrance; the entrance by code or id."""

    site: str = Field(max_length=40)
    entrance: str = Field(max_length=64)
    day: date


class EntrancePath(BaseModel):
    """An entrance by code or id."""

    site: str = Field(max_length=40)
    entrance: str = Field(max_length=64)


class RowsQuery(Input):
    """Which rows."""

    after: str | None = Field(default=None, max_length=400)
    limit: int = Field(default=100, ge=1, le=500)


class DaysQuery(Input):
    """Which days."""

    site: str | None = Field(default=None, max_length=40)
    entrance: str | None = Field(default=None, max_length=64)
    last: date | None = None
    days: int = Field(default=14, ge=1, le=62)


class SignatureIn(Input):
    """Empty for one's own part; for an absent guard his reference and a reason."""

    on_behalf_of: str | None = Field(default=None, max_length=100)
    reason: str | None = Field(default=None, max_length=400)


class AmendmentIn(Input):
    """Why the register is amended."""

    reason: str = Field(max_length=400)


class ExportQuery(Input):
    """The kind of file."""

    form: Literal["xlsx", "csv"] = "xlsx"


class ExportIn(ExportQuery):
    """An unmasked file, and what it is for."""

    purpose: str = Field(max_length=200)


@api.get("/registers")
@allow(*READERS)
def listing(query: DaysQuery) -> Response:
    """The days of each entrance, the newest first: open days and days with checks."""
    site = query.site or min(sites())
    lines = run(list_registers, site=site, last=query.last, days=query.days, entrance=query.entrance)
    return jsonify({"items": [day_out(site, line).model_dump(mode="json") for line in lines], "next": None})


@api.get("/registers/<site>/<entrance>/form")
@allow(*READERS)
def form(path: EntrancePath, query: ExportQuery) -> Response:
    """The empty form as a file; filled in, an import reads it."""
    return file_answer(*run(empty_file, site=path.site, entrance=path.entrance, form=query.form))


@api.get("/registers/<site>/<entrance>/<day>")
@allow(*READERS)
def one(path: RegisterPath, query: RowsQuery) -> Response:
    """A day of an entrance with a page of its rows."""
    view = run(get_register, **path.model_dump(), after=query.after, limit=query.limit)
    return answer(register_out(view))


@api.post("/registers/<site>/<entrance>/<day>/signature")
@allow(*SIGNERS)
def signature(path: RegisterPath) -> Response:
    """Signs the caller's part, or an absent guard's; the last signature seals. The body may be left out."""
    body = optional_body(SignatureIn)
    return answer(signed_out(run(sign_register, **path.model_dump(), **body.model_dump())), 201)


@api.post("/registers/<site>/<entrance>/<day>/amendments")
@allow(*SIGNERS)
def amendment(path: RegisterPath, body: AmendmentIn) -> Response:
    """Takes in what came or changed since the register was sealed, under a new seal."""
    return answer(signed_out(run(amend_register, **path.model_dump(), reason=body.reason)), 201)


@api.get("/registers/<site>/<entrance>/<day>/verification")
@allow(*READERS)
def verification(path: RegisterPath) -> Response:
    """Whether seals, chain, rows and checks are as they were sealed, and what is not."""
    return jsonify(verification_out(run(verify_register, **path.model_dump())))


@api.get("/registers/<site>/<entrance>/<day>/export")
@allow(*READERS)
def export(path: RegisterPath, query: ExportQuery) -> Response:
    """The register as a file, people masked."""
    return file_answer(*run(export_register, **path.model_dump(), form=query.form))


@api.post("/registers/<site>/<entrance>/<day>/export")
@allow(Role.MONITOR, Role.COORDINATOR, Role.ADMIN)
def export_whole(path: RegisterPath, body: ExportIn) -> Response:
    """The register as a file, unmasked: who took it and what for is written down."""
    content = run(export_register, **path.model_dump(), form=body.form, unmask=True, purpose=body.purpose)
    return file_answer(*content)
