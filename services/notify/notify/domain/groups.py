"""The plan's groups, the role that belongs to each, and which alerts a caller may see and answer."""

from __future__ import annotations

from collections.abc import Iterable

from common.roles import Role

GROUP_ROLES: dict[str, Role] = {
    "emergency": Role.EMERGENCY,
    "coordination": Role.COORDINATOR,
    "office": Role.COORDINATOR,
    "leading": Role.LEADER,
    "sanitation": Role.SANITATION,
    "monitoring": Role.MONITOR,
    "counter": Role.COUNTER,
    "supervision": Role.SUPERVISOR,
}
"""The role whose holders count among a group's people, member or not (plan: groups)."""

GROUP_WORDS: dict[str, tuple[str, str]] = {
    "emergency": ("应急组", "emergency group"),
    "coordination": ("综合协调组", "coordination group"),
    "office": ("领导小组办公室", "office of the leading group"),
    "leading": ("领导小组", "leading group"),
    "sanitation": ("卫生消杀组", "sanitation group"),
    "monitoring": ("监测组", "monitoring group"),
    "counter": ("经办服务组", "counter service group"),
    "supervision": ("包保责任组", "supervision group"),
}
"""Chinese and English words of each group."""

OVERSEERS = frozenset({Role.LEADER, Role.COORDINATOR, Role.ADMIN, Role.AUDITOR})
"""Roles that see the alerts of every group of their site."""

READERS = frozenset({*GROUP_ROLES.values(), Role.ADMIN, Role.AUDITOR})
"""Roles that see alerts at all."""

ANSWERERS = frozenset({*GROUP_ROLES.values(), Role.ADMIN})
"""Roles that may take an alert that is theirs."""


def groups_seen(roles: Iterable[Role]) -> frozenset[str]:
    """The groups whose alerts somebody with these roles sees."""
    held = frozenset(roles)
    if held & OVERSEERS:
        return frozenset(GROUP_ROLES)
    return frozenset(group for group, role in GROUP_ROLES.items() if role in held)


def may_answer(roles: Iterable[Role], *, group: str, reaches_nobody: bool) -> bool:
    """Whether somebody with these roles may take an alert of `group`: its own people, the leading group (the ladder
    ends with it), and administrators where the group reaches nobody."""
    held = frozenset(roles)
    role = GROUP_ROLES.get(group)
    return (role in held) or Role.LEADER in held or (reaches_nobody and Role.ADMIN in held)
