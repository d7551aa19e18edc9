"""The directory: people, one person, taking in a list."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, request
from flask_babel import gettext
from flask_babel import gettext as _

from common.errors import Invalid
from common.roles import ROLE_WORDS, Role
from common.web.access import allow
from common.web.language import language, pick
from common.web.request import caller, page_site, run
from coordination.domain.groups import GROUPS, POSITION_WORDS
from coordination.domain.readers import PEOPLE_READERS, UNMASKERS
from coordination.pages.forms import attempt, day_field, done, show, text, version_field
from coordination.usecases.chart import list_sections
from coordination.usecases.import_staff import import_staff
from coordination.usecases.leaves import add_leave, end_leave
from coordination.usecases.people import PersonView, add_person, change_person, list_people, people_choices, show_person
from coordination.usecases.unmasking import unmask

page = Blueprint("people_pages", __name__)
FIELDS = (
    "name", "staff_number", "badge", "phone", "email", "document_type", "document_number", "section_id", "post",
    "company", "superior_id",
)  # fmt: skip
SECRET = frozenset({"phone", "email", "document_number"})
"""Never shown in the form: an empty field leaves them as they are."""


@page.get("/<site>/people")
@allow(*PEOPLE_READERS)
def people(site: str) -> Response:
    """Everybody of a site."""
    code = page_site(site)
    found = run(
        list_people, site=code, q=request.args.get("q", "")[:60], section_id=request.args.get("section") or None,
        active=None if request.args.get("all") else True, after=request.args.get("after"), limit=100,
    )  # fmt: skip
    return show(
        "people.html", code=code, page=found, section_choices=_sections(code, _("全部")), groups=GROUPS,
        positions=POSITION_WORDS, may_edit=caller().holds(code, Role.ADMIN),
    )  # fmt: skip


@page.get("/<site>/people/new")
@allow(Role.ADMIN)
def new_person(site: str) -> Response:
    """The form of a new person."""
    return _new(page_site(site), [], 200)


@page.post("/<site>/people/new")
@allow(Role.ADMIN)
def send_person(site: str) -> Response:
    """Adds a person."""
    code = page_site(site)

    def add() -> Response:
        kind = text("kind", 12)
        if kind not in {"staff", "contractor", "account"}:
            raise Invalid("person.kind", "Choose what kind of person.", "请选择人员类别。", field="kind")
        view = run(add_person, site=code, kind=kind, fields={k: v for k, v in _given().items() if v is not None})
        flash(_("已添加"))
        return done(f"/coordination/{code}/people/{view.person.id}")

    return attempt(add, lambda faults, status: _new(code, faults, status))


def _new(code: str, faults: list[dict[str, str | None]], status: int) -> Response:
    everybody = run(people_choices, site=code)
    return show(
        "person_new.html", status, code=code, section_choices=_sections(code, _("无")), everybody=everybody,
        faults=faults, given=request.form,
    )  # fmt: skip


@page.get("/<site>/people/<person>")
@allow(*PEOPLE_READERS)
def person(site: str, person: str) -> Response:
    """One person, masked."""
    return _person(page_site(site), person, [], 200)


@page.post("/<site>/people/<person>")
@allow(Role.ADMIN)
def send_change(site: str, person: str) -> Response:
    """Changes a person."""
    code = page_site(site)

    def change() -> Response:
        fields = {k: v for k, v in _given().items() if not (k in SECRET and v is None)}
        if "document_number" not in fields:
            fields.pop("document_type", None)
        fields["active"] = "active" in request.form
        run(change_person, person_id=person, expected=version_field(), fields=fields)
        flash(_("已保存"))
        return done(f"/coordination/{code}/people/{person}")

    return attempt(change, lambda faults, status: _person(code, person, faults, status))


@page.post("/<site>/people/<person>/unmasking")
@allow(*UNMASKERS)
def reveal(site: str, person: str) -> Response:
    """One value in clear; who looked and what for is written down."""
    code, field = page_site(site), text("field", 20)

    def look() -> Response:
        if field not in SECRET:
            raise Invalid("unmask.field", "There is no such value.", "没有该项信息。", field="field")
        value = run(unmask, person_id=person, field=field, purpose=text("purpose", 200))
        return _person(code, person, [], 200, shown={field: value})

    return attempt(look, lambda faults, status: _person(code, person, faults, status))


@page.post("/<site>/people/<person>/leaves")
@allow(Role.ADMIN, Role.COORDINATOR)
def send_leave(site: str, person: str) -> Response:
    """Enters a leave, or takes one out."""
    code = page_site(site)

    def enter() -> Response:
        if leave := text("remove", 36):
            run(end_leave, person_id=person, leave_id=leave)
        else:
            first, last = day_field("first_day"), day_field("last_day")
            if first is None or last is None:
                raise Invalid("leave.days", "Give both days.", "请填写起止日期。", field="first_day")
            run(add_leave, person_id=person, first_day=first, last_day=last, reason=text("reason", 60))
        flash(_("已保存"))
        return done(f"/coordination/{code}/people/{person}")

    return attempt(enter, lambda faults, status: _person(code, person, faults, status))


def _person(
    code: str, ident: str, faults: list[dict[str, str | None]], status: int, shown: dict[str, str] | None = None
) -> Response:
    view = run(show_person, person_id=ident)
    everybody = run(people_choices, site=code)
    who = caller()
    return show(
        "person.html", status, code=code, view=view, person=view.person, everybody=everybody, names=dict(everybody),
        section_choices=_sections(code, _("无")), group_list=_places(view), role_list=_roles(view), faults=faults,
        shown=shown or {}, may_edit=who.holds(code, Role.ADMIN), may_unmask=who.holds(code, *UNMASKERS),
        may_leave=who.holds(code, Role.ADMIN, Role.COORDINATOR),
    )  # fmt: skip


def _places(view: PersonView) -> str:
    places = [
        f"{pick(GROUPS[group].en, GROUPS[group].zh)} ({gettext(POSITION_WORDS[position])})"
        for group, position in view.groups
    ]
    return pick(", ", "、").join(places)


def _roles(view: PersonView) -> str:
    return pick(", ", "、").join(gettext(ROLE_WORDS[Role(role)]) for role in view.roles)


def _sections(code: str, none: str) -> list[tuple[str, str]]:
    return [("", none), *((one.id, one.name) for one in run(list_sections, site=code))]


def _given() -> dict[str, Any]:
    return {name: text(name, 200) or None for name in FIELDS if name in request.form}


@page.get("/<site>/people/import")
@allow(Role.ADMIN)
def import_form(site: str) -> Response:
    """The form to send a staff list."""
    return show("people_import.html", code=page_site(site), outcome=None, faults=[])


@page.post("/<site>/people/import")
@allow(Role.ADMIN)
def send_list(site: str) -> Response:
    """Takes in a staff list and shows what became of it."""
    code = page_site(site)

    def take_in() -> Response:
        sent = request.files.get("file")
        if sent is None or not sent.filename:
            raise Invalid("file.missing", "Choose a file.", "请选择文件。", field="file")
        outcome = run(
            import_staff, site=code, filename=sent.filename, data=sent.read(), language=language(),
            dry_run="dry_run" in request.form,
        )  # fmt: skip
        return show("people_import.html", code=code, outcome=outcome, faults=[])

    return attempt(
        take_in, lambda faults, status: show("people_import.html", status, code=code, outcome=None, faults=faults)
    )
