"""Opening sites and changing what a site may set."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from common.copies.tables import SiteCopy
from common.errors import Conflict, Forbidden, Invalid, not_found
from common.events.catalogue.coordination import SiteChanged
from common.op import Op, text_or_invalid, usecase
from coordination.domain.groups import GROUPS
from coordination.domain.sites import checked_code, checked_zone
from coordination.models import Site, WorkGroup
from coordination.usecases.directory import check_version, tell_groups
from coordination.usecases.ledger import due_again
from coordination.usecases.locking import lock_site
from coordination.usecases.site_settings import checked_settings


@usecase
def open_site(
    op: Op,
    *,
    code: str,
    name: str,
    name_en: str = "",
    timezone: str = "Asia/Shanghai",
    trial: bool = False,
    settings: dict[str, Any] | None = None,
) -> Site:
    """Opens a bureau with the plan's groups, still empty. Raises Invalid, Conflict if the code is taken."""
    checked_code(code)
    if op.db.get(Site, code) is not None:
        raise Conflict(
            "site.taken", "There is a site '{named}' already.", "单位代码“{named}”已被使用。", field="code", named=code
        )
    cleaned = text_or_invalid(name, field="name", words=("The name", "单位名称"), limit=120)
    wanted = checked_settings(settings or {})
    if wanted.admins_unmask and not trial:
        raise _trial_alone()
    site = Site(
        code=code,
        name=cleaned,
        name_en=(name_en.strip() or cleaned)[:120],
        timezone=checked_zone(timezone),
        trial=trial,
        suspended=False,
        settings=wanted.model_dump(mode="json"),
        sequence=0,
        opened_at=op.now,
    )
    op.db.add(site)
    for kind in GROUPS.values():
        roles = sorted(role.value for role in kind.roles)
        op.db.add(WorkGroup(site=code, code=kind.code, roles=roles, sequence=0, leader_in_charge=None))
    _tell(op, site)
    tell_groups(op, code, GROUPS)
    op.audit("site.opened", site=code, subject=f"site:{code}", particulars={"timezone": timezone, "trial": trial})
    return site


@usecase
def change_site(
    op: Op,
    *,
    code: str,
    expected: int | None,
    name: str | None = None,
    name_en: str | None = None,
    timezone: str | None = None,
    settings: dict[str, Any] | None = None,
) -> Site:
    """Changes a site's names, time zone and settings (a word that is left out stays). Raises Stale, Invalid."""
    op.site(code)
    lock_site(op, code)
    site = find_own_site(op, code)
    check_version(site.sequence, expected)
    if name is not None:
        site.name = text_or_invalid(name, field="name", words=("The name", "单位名称"), limit=120)
    if name_en is not None:
        site.name_en = text_or_invalid(name_en, field="name_en", words=("The English name", "英文名称"), limit=120)
    if timezone is not None:
        site.timezone = checked_zone(timezone)
    before = dict(site.settings)
    if settings is not None:
        wanted = checked_settings({**site.settings, **settings})
        if wanted.admins_unmask and not site.trial:
            raise _trial_alone()
        site.settings = wanted.model_dump(mode="json")
    _tell(op, site)
    due_again(op, code)
    changed = sorted(key for key, value in site.settings.items() if before.get(key) != value)
    op.audit("site.changed", site=code, subject=f"site:{code}", particulars={"settings": changed})
    return site


@usecase
def suspend_site(op: Op, *, code: str, suspended: bool) -> Site:
    """Stops or resumes a whole site; for the operator alone. Raises NotFound."""
    site = find_own_site(op, code)
    site.suspended = suspended
    _tell(op, site)
    op.audit("site.suspended" if suspended else "site.resumed", site=code, subject=f"site:{code}")
    return site


@usecase(read=True)
def list_sites(op: Op) -> list[Site]:
    """The caller's sites, by code."""
    query = select(Site).order_by(Site.code)
    return list(op.db.scalars(query if op.sites is None else query.where(Site.code.in_(op.sites))))


@usecase(read=True)
def show_site(op: Op, *, code: str) -> Site:
    """A site of the caller's; raises Forbidden for another."""
    op.site(code)
    return find_own_site(op, code)


def find_own_site(op: Op, code: str) -> Site:
    """The site's row. Raises NotFound, Forbidden outside the caller's sites."""
    if op.sites is not None and code not in op.sites:
        raise Forbidden("site.foreign", "You have no business at this site.", "您在该单位没有相应权限。", field="site")
    found = op.db.get(Site, code)
    if found is None:
        raise not_found("site", "单位", code)
    return found


def _tell(op: Op, site: Site) -> None:
    """Publishes the site's state, and keeps this service's own copy of it in the same transaction."""
    site.sequence += 1
    state = {
        "code": site.code,
        "name": site.name,
        "name_en": site.name_en,
        "timezone": site.timezone,
        "trial": site.trial,
        "suspended": site.suspended,
        "settings": site.settings,
    }
    op.emit(SiteChanged.model_validate(state), site=site.code, subject=site.code, sequence=site.sequence)
    op.db.merge(SiteCopy(**state, sequence=site.sequence))
    op.db.flush()


def _trial_alone() -> Invalid:
    return Invalid(
        "site.admins_unmask",
        "Administrators may unmask in a trial alone: outside it the system administrator sees masked values.",
        "仅试用单位允许管理员查看完整信息；正式单位的系统管理员只能看到脱敏信息。",
        field="settings.admins_unmask",
    )
