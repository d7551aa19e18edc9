"""Sites and their settings."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify
from pydantic import BaseModel, Field

from common.roles import Role
from common.web.access import allow, allow_any_role
from common.web.api import Answer, Input, api_blueprint
from common.web.request import run
from coordination.api.shapes import expected_version, versioned, whole_list
from coordination.models import Site
from coordination.usecases.sites import change_site, list_sites, show_site

api = api_blueprint("sites")


class SitePath(BaseModel):
    """A site by its code."""

    code: str = Field(max_length=40)


class SiteChange(Input):
    """What may change of a site; a word that is left out stays."""

    name: str | None = Field(default=None, max_length=120)
    name_en: str | None = Field(default=None, max_length=120)
    timezone: str | None = Field(default=None, max_length=60)
    settings: dict[str, Any] | None = None


class SiteOut(Answer):
    """A bureau."""

    code: str
    name: str
    name_en: str
    timezone: str
    trial: bool
    suspended: bool
    settings: dict[str, Any]
    version: int


def site_out(site: Site) -> SiteOut:
    """The answer for a site."""
    return SiteOut(
        code=site.code, name=site.name, name_en=site.name_en, timezone=site.timezone, trial=site.trial,
        suspended=site.suspended, settings=site.settings, version=site.sequence,
    )  # fmt: skip


@api.get("/sites")
@allow_any_role()
def listing() -> Response:
    """The caller's sites."""
    return jsonify(whole_list([site_out(site) for site in run(list_sites)]))


@api.get("/sites/<code>")
@allow_any_role()
def show(path: SitePath) -> Response:
    """One of the caller's sites."""
    site = run(show_site, code=path.code)
    return versioned(site_out(site), site.sequence)


@api.patch("/sites/<code>")
@allow(Role.ADMIN)
def change(path: SitePath, body: SiteChange) -> Response:
    """Changes names, time zone and settings."""
    site = run(change_site, code=path.code, expected=expected_version(), **body.model_dump(exclude_unset=True))
    return versioned(site_out(site), site.sequence)
