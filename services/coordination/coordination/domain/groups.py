"""The plan's groups, what lists call them, and the roles that membership gives unless a site says otherwise."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from common.errors import Invalid
from common.roles import Role


@dataclass(frozen=True)
class GroupKind:
    """One of the plan's groups (plan, parts three and four)."""

    code: str
    zh: str
    en: str
    roles: tuple[Role, ...]
    also: tuple[str, ...] = ()


GROUPS: dict[str, GroupKind] = {
    kind.code: kind
    for kind in (
        GroupKind("leading", "领导小组", "Leading group", (Role.LEADER,), ("疫情防控工作领导小组",)),
        GroupKind("office", "领导小组办公室", "Office of the leading group", (), ("疫情防控办公室", "防控办")),
        GroupKind("coordination", "综合协调组", "Coordination group", (Role.COORDINATOR,)),
        GroupKind("sanitation", "卫生消杀组", "Sanitation group", (Role.SANITATION,), ("消杀组",)),
        GroupKind("monitoring", "监测登记组", "Monitoring group", (Role.MONITOR,), ("监测组",)),
        GroupKind("emergency", "应急组", "Emergency group", (Role.EMERGENCY,), ("应急处置组",)),
        GroupKind("counter", "经办服务组", "Counter service group", (Role.COUNTER,), ("服务组",)),
        GroupKind("supervision", "监督责任组", "Supervision group", (Role.SUPERVISOR,), ("监督组",)),
    )
}

LEADER, DEPUTY, MEMBER = "leader", "deputy", "member"
POSITION_WORDS = {LEADER: "组长", DEPUTY: "副组长", MEMBER: "组员"}
_POSITIONS = {
    LEADER: ("组长", "主任", "leader", "head"),
    DEPUTY: ("副组长", "副主任", "deputy", "deputy leader"),
    MEMBER: ("组员", "成员", "member"),
}
_BY_POSITION = {word: position for position, words in _POSITIONS.items() for word in words}
_BY_NAME = {
    name.lower(): kind.code
    for kind in GROUPS.values()
    for name in (kind.code, kind.zh, kind.en, *kind.also, kind.zh.removesuffix("组"))
}
GIVEN_BY_GROUPS = frozenset(
    {
        Role.MONITOR,
        Role.EMERGENCY,
        Role.SUPERVISOR,
        Role.SANITATION,
        Role.STOREKEEPER,
        Role.COUNTER,
        Role.COORDINATOR,
        Role.LEADER,
    }
)
"""Roles that a group may give; the administrators' and the region's are given to persons by name alone."""


def group_code(name: str) -> str:
    """The code of the group a list calls `name`. Raises Invalid `group.unknown`."""
    found = _BY_NAME.get(unicodedata.normalize("NFKC", name).strip().lower())
    if found is None:
        raise Invalid(
            "group.unknown",
            "There is no group '{name}' in the plan; there are: {known}.",
            "方案中没有“{name}”；工作组有：{known}。",
            name=name[:40],
            known="、".join(kind.zh for kind in GROUPS.values()),
        )
    return found


def position_code(word: str) -> str:
    """leader, deputy or member. Raises Invalid `group.position`."""
    found = _BY_POSITION.get(unicodedata.normalize("NFKC", word).strip().lower())
    if found is None:
        raise Invalid(
            "group.position",
            "'{word}' is no place in a group: write 组长, 副组长 or 组员.",
            "“{word}”不是组内职务：请填写组长、副组长或组员。",
            word=word[:20],
        )
    return found


def checked_group_roles(names: list[str]) -> list[str]:
    """Roles that a group shall give, sorted. Raises Invalid for one that groups may not give."""
    allowed = {role.value for role in GIVEN_BY_GROUPS}
    wrong = sorted(set(names) - allowed)
    if wrong:
        raise Invalid(
            "group.role",
            "A group can't give the role {roles}: it is given to a person by name, by the security administrator.",
            "工作组不能带来角色 {roles}：该角色由安全管理员授予具体人员。",
            field="roles",
            roles=", ".join(wrong),
        )
    return sorted(set(names))
