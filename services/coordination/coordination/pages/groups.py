"""The plan's groups and the sections, with who leads and who belongs."""

from __future__ import annotations

from flask import Blueprint, Response, flash, request
from flask_babel import gettext as _

from common.errors import not_found
from common.roles import ROLE_WORDS, Role
from common.web.access import allow
from common.web.request import caller, page_site, run
from coordination.domain.groups import GIVEN_BY_GROUPS, POSITION_WORDS
from coordination.pages.forms import attempt, done, show, text, version_field
from coordination.usecases.chart import add_section, change_section, list_sections
from coordination.usecases.groups import change_group, list_groups
from coordination.usecases.people import people_choices

page = Blueprint("groups_pages", __name__)
READERS = (Role.COORDINATOR, Role.LEADER, Role.ADMIN, Role.SECURITY)


@page.get("/<site>/groups")
@allow(*READERS)
def groups(site: str) -> Response:
    """The groups with their members."""
    return _groups(page_site(site), [], 200)


def _groups(code: str, faults: list[dict[str, str | None]], status: int) -> Response:
    everybody = run(people_choices, site=code)
    return show(
        "groups.html", status, code=code, groups=run(list_groups, site=code), positions=POSITION_WORDS, faults=faults,
        names=dict(everybody), words=ROLE_WORDS, Role=Role,
        may_edit=caller().holds(code, Role.ADMIN),
    )  # fmt: skip


@page.get("/<site>/groups/<group>")
@allow(Role.ADMIN)
def group(site: str, group: str) -> Response:
    """The form of a group."""
    return _group(page_site(site), group, [], 200)


@page.post("/<site>/groups/<group>")
@allow(Role.ADMIN)
def send_group(site: str, group: str) -> Response:
    """Changes a group: one member more or less, the leader in charge, the roles."""
    code = page_site(site)

    def change() -> Response:
        view = next((one for one in run(list_groups, site=code) if one.group.code == group), None)
        members = {person.id: position for position, person in view.members} if view else {}
        if added := text("add", 36):
            members[added] = text("position", 10) or "member"
        if removed := text("remove", 36):
            members.pop(removed, None)
        run(
            change_group, site=code, code=group, expected=version_field(),
            members=list(members.items()) if added or removed else None,
            leader_in_charge=text("leader_in_charge", 36) or None,
            keep_leader_in_charge="leader_in_charge" not in request.form,
            roles=request.form.getlist("roles") if "with_roles" in request.form else None,
        )  # fmt: skip
        flash(_("已保存"))
        return done(f"/coordination/{code}/groups/{group}")

    return attempt(change, lambda faults, status: _group(code, group, faults, status))


def _group(code: str, ident: str, faults: list[dict[str, str | None]], status: int) -> Response:
    view = next((one for one in run(list_groups, site=code) if one.group.code == ident), None)
    if view is None:
        raise not_found("group", "工作组", ident)
    everybody = run(people_choices, site=code)
    roles = [(role.value, ROLE_WORDS[role]) for role in Role if role in GIVEN_BY_GROUPS]
    return show(
        "group.html", status, code=code, view=view, everybody=everybody, positions=POSITION_WORDS, roles=roles,
        faults=faults,
    )  # fmt: skip


@page.get("/<site>/sections")
@allow(*READERS)
def sections(site: str) -> Response:
    """The sections with head and leader in charge."""
    return _sections(page_site(site), [], 200)


@page.post("/<site>/sections")
@allow(Role.ADMIN)
def send_section(site: str) -> Response:
    """Adds a section, or changes who heads one and who is in charge of it."""
    code = page_site(site)

    def change() -> Response:
        if ident := text("section", 36):
            fields: dict[str, str | None] = {name: text(name, 36) or None for name in ("head_id", "deputy_id")}
            run(change_section, section_id=ident, expected=version_field(), fields=fields)
        else:
            run(add_section, site=code, name=text("name", 60))
        flash(_("已保存"))
        return done(f"/coordination/{code}/sections")

    return attempt(change, lambda faults, status: _sections(code, faults, status))


def _sections(code: str, faults: list[dict[str, str | None]], status: int) -> Response:
    everybody = run(people_choices, site=code)
    return show(
        "sections.html", status, code=code, sections=run(list_sections, site=code), everybody=everybody, faults=faults,
        names=dict(everybody), may_edit=caller().holds(code, Role.ADMIN),
        edit=request.args.get("edit") or text("section", 36),
    )  # fmt: skip
