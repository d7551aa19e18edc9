"""The navigation of every page, as data: which entry leads where, and for whom it is shown."""

from __future__ import annotations

from dataclasses import dataclass

from common.caller import Caller
from common.roles import Role


def N_(text: str) -> str:  # noqa: N802 - the customary name of the marker, known to the extractor
    """Marks a text for the catalogues where it is declared; it is translated where it is shown."""
    return text


@dataclass(frozen=True)
class Entry:
    """One entry: `path` has `{site}` in it; a caller sees it at a site where he holds one of `roles`."""

    title: str
    path: str
    icon: str
    roles: frozenset[Role]


@dataclass(frozen=True)
class Group:
    """Entries that belong together, under the name of the part of the plan they serve."""

    title: str
    entries: tuple[Entry, ...]


def _entry(title: str, path: str, icon: str, *roles: Role) -> Entry:
    return Entry(title, path, icon, frozenset(roles))


NAVIGATION: tuple[Group, ...] = (
    Group(N_("监测登记"), (
        _entry(N_("入口登记"), "/screening/{site}/desk", "door", Role.MONITOR),
        _entry(N_("今日总览"), "/screening/{site}/today", "chart",
               Role.MONITOR, Role.EMERGENCY, Role.COORDINATOR, Role.LEADER, Role.ADMIN),
        _entry(N_("场内人员"), "/screening/{site}/inside", "people", Role.MONITOR, Role.EMERGENCY, Role.COORDINATOR),
        _entry(N_("登记表"), "/screening/{site}/registers", "sheet",
               Role.MONITOR, Role.COORDINATOR, Role.LEADER, Role.ADMIN, Role.AUDITOR),
        _entry(N_("导入"), "/screening/{site}/imports", "upload", Role.MONITOR, Role.COORDINATOR, Role.ADMIN),
    )),
    Group(N_("应急处置"), (
        _entry(N_("告警"), "/notify/{site}/alerts", "bell",
               Role.EMERGENCY, Role.COORDINATOR, Role.LEADER, Role.ADMIN, Role.MONITOR),
        _entry(N_("事件"), "/isolation/{site}/incidents", "flag",
               Role.EMERGENCY, Role.COORDINATOR, Role.LEADER, Role.AUDITOR),
        _entry(N_("值班表"), "/notify/{site}/duty", "clock", Role.EMERGENCY, Role.COORDINATOR, Role.ADMIN),
        _entry(N_("消息记录"), "/notify/{site}/messages", "message", Role.COORDINATOR, Role.ADMIN, Role.AUDITOR),
    )),
    Group(N_("综合协调"), (
        _entry(N_("台账"), "/coordination/{site}/ledger", "tray",
               Role.COORDINATOR, Role.LEADER, Role.ADMIN, Role.AUDITOR),
        _entry(N_("人员"), "/coordination/{site}/people", "person", Role.COORDINATOR, Role.ADMIN),
        _entry(N_("工作组"), "/coordination/{site}/groups", "group", Role.COORDINATOR, Role.LEADER, Role.ADMIN),
        _entry(N_("账号"), "/coordination/{site}/accounts", "key", Role.SECURITY),
        _entry(N_("防控方案"), "/coordination/{site}/protocols", "book", Role.COORDINATOR, Role.LEADER, Role.ADMIN),
        _entry(N_("工作日历"), "/coordination/{site}/calendar", "calendar", Role.COORDINATOR, Role.ADMIN),
        _entry(N_("审计"), "/coordination/{site}/audit", "shield", Role.AUDITOR),
    )),
)  # fmt: skip

LIVE_ROLES = (Role.EMERGENCY, Role.COORDINATOR, Role.LEADER, Role.ADMIN, Role.MONITOR)
"""Who sees and hears live alerts on every page."""


@dataclass(frozen=True)
class Link:
    """An entry made ready for one reader."""

    title: str
    address: str
    icon: str
    current: bool


def links_for(caller: Caller, site: str, here: str) -> list[tuple[str, list[Link]]]:
    """The groups and entries that a caller sees at a site; `here` is the path of the page at hand."""
    shown: list[tuple[str, list[Link]]] = []
    for group in NAVIGATION:
        links = [
            Link(entry.title, address, entry.icon, current=here == address or here.startswith(address + "/"))
            for entry in group.entries
            if caller.holds(site, *entry.roles)
            for address in (entry.path.format(site=site),)
        ]
        if links:
            shown.append((group.title, links))
    return shown
