"""A service whose one page shows every component of the page kit; for tests and for looking at."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from flask import Blueprint, flash, redirect, render_template
from sqlalchemy.orm import DeclarativeBase
from werkzeug.wrappers import Response

from common.copies.reactions import COPY_REACTIONS
from common.data.base import service_metadata
from common.roles import Role
from common.service import Service
from common.web.access import allow
from common.web.request import page_site

TEMPLATES = Path(__file__).parent / "templates"
AT = datetime(2021, 3, 1, 0, 30, tzinfo=UTC)


class Base(DeclarativeBase):
    metadata = service_metadata()


def gallery_page() -> Blueprint:
    page = Blueprint("gallery", __name__, template_folder=str(TEMPLATES))

    @page.get("/<site>/today")
    @allow(Role.MONITOR, Role.COORDINATOR, Role.ADMIN)
    def show(site: str) -> str:
        page_site(site)
        return render_template(
            "gallery.html",
            at=AT,
            later=AT + timedelta(minutes=12, seconds=30),
            fever=Decimal("37.6"),
            normal=Decimal("36.5"),
        )

    @page.get("/<site>/sheet")
    @allow(Role.MONITOR)
    def sheet(site: str) -> str:
        page_site(site)
        return render_template("gallery_sheet.html", at=AT)

    @page.post("/<site>/today")
    @allow(Role.MONITOR)
    def act(site: str) -> Response:
        flash("已放行 王*明", "success")
        return redirect(f"/screening/{page_site(site)}/today", 303)

    return page


def gallery_service() -> Service:
    return Service(
        "screening", "监测登记", "Screening", Base.metadata, pages=[gallery_page()], reactions=COPY_REACTIONS
    )
