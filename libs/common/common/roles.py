"""The roles of the plan and of the law. A grant is a role at a site."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """What a person may do at a site (DESIGN: sites, people, permission)."""

    MONITOR = "monitor"
    EMERGENCY = "emergency"
    SUPERVISOR = "supervisor"
    SANITATION = "sanitation"
    STOREKEEPER = "storekeeper"
    COUNTER = "counter"
    COORDINATOR = "coordinator"
    LEADER = "leader"
    ADMIN = "admin"
    SECURITY = "security"
    AUDITOR = "auditor"
    REGIONAL = "regional"


ROLE_WORDS: dict[Role, str] = {
    Role.MONITOR: "监测员",
    Role.EMERGENCY: "应急组",
    Role.SUPERVISOR: "包保责任人",
    Role.SANITATION: "卫生消杀组",
    Role.STOREKEEPER: "物资管理员",
    Role.COUNTER: "经办服务组",
    Role.COORDINATOR: "综合协调组",
    Role.LEADER: "领导小组",
    Role.ADMIN: "系统管理员",
    Role.SECURITY: "安全管理员",
    Role.AUDITOR: "审计管理员",
    Role.REGIONAL: "上级主管",
}
"""The Chinese word for each role; the English one is made from the role's name by the catalogue."""

EVERY_ROLE = frozenset(Role)
"""For routes that any signed-in person of a site may call."""
