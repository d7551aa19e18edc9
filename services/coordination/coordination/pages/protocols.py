"""Protocols: what is in force, what comes with the product, adopting one."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, Response, flash, request
from flask_babel import gettext as _

from common.errors import Invalid
from common.protocol import Protocol
from common.roles import Role
from common.web.access import allow
from common.web.request import caller, page_site, run
from coordination.domain.protocols import Period, in_force
from coordination.pages.forms import attempt, day_field, done, show, text
from coordination.usecases.now import today_at
from coordination.usecases.protocols import adopt_protocol, list_adoptions, protocol_named, shipped_protocols

page = Blueprint("protocols_pages", __name__)
READERS = (Role.COORDINATOR, Role.LEADER, Role.ADMIN)
DECIDERS = (Role.ADMIN, Role.LEADER)


@page.get("/<site>/protocols")
@allow(*READERS)
def protocols(site: str) -> Response:
    """What is in force today, what was adopted, what may be."""
    return _show(page_site(site), [], 200)


@page.post("/<site>/protocols")
@allow(*DECIDERS)
def adopt(site: str) -> Response:
    """Puts a protocol in force."""
    code = page_site(site)

    def put() -> Response:
        first = day_field("effective_from")
        if first is None:
            raise Invalid("adoption.from", "Since which day?", "请填写生效日。", field="effective_from")
        run(
            adopt_protocol, site=code, protocol=text("protocol", 60), effective_from=first,
            effective_to=day_field("effective_to"), reason=text("reason"), beyond="beyond" in request.form,
        )  # fmt: skip
        flash(_("方案已选定"))
        return done(f"/coordination/{code}/protocols")

    return attempt(put, lambda faults, status: _show(code, faults, status))


def _show(code: str, faults: list[dict[str, str | None]], status: int) -> Response:
    adopted = run(list_adoptions, site=code)
    today: date = run(today_at, site=code)
    periods = [Period(one.protocol_code, one.version, one.effective_from, one.effective_to) for one in adopted]
    ruling = in_force(periods, today)
    now = next((one for one in adopted if ruling is not None and one.version == ruling.version), None)
    return show(
        "protocols.html", status, code=code, shipped=list(shipped_protocols().values()), adopted=adopted, faults=faults,
        now=Protocol.model_validate(now.document) if now else None, now_row=now, given=request.form, today=today,
        may_adopt=caller().holds(code, *DECIDERS),
    )  # fmt: skip


@page.get("/<site>/protocols/<name>")
@allow(*READERS)
def protocol(site: str, name: str) -> Response:
    """One protocol whole."""
    return show("protocol.html", code=page_site(site), protocol=protocol_named(name))
