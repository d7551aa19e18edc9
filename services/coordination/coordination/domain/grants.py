"""Who may hold and give which role: the administrators are separate people, and nobody gives himself anything."""

from __future__ import annotations

from collections.abc import Iterable

from common.errors import Conflict, Forbidden
from common.roles import ROLE_WORDS, Role

SEPARATE = frozenset({Role.ADMIN, Role.SECURITY, Role.AUDITOR})
"""System, security and audit administrators: the law wants three people."""


def refuse_own(caller_ref: str, person_id: str) -> None:
    """Raises Forbidden if the caller would change his own roles."""
    if caller_ref.partition(":")[2] == person_id:
        raise Forbidden(
            "grant.own",
            "Nobody changes his own roles or groups: ask another administrator.",
            "不能变更本人的角色或工作组：请由另一名管理员办理。",
        )


def refuse_together(held: Iterable[Role], wanted: Role) -> None:
    """Raises Conflict if one person would be two of the three administrators at a site."""
    clash = sorted((SEPARATE & frozenset(held)) - {wanted}) if wanted in SEPARATE else []
    if clash:
        raise Conflict(
            "grant.separate",
            "System, security and audit administrator are three people: this one is {has} already.",
            "系统管理员、安全管理员、审计管理员须由三人分别担任：此人已是{has_zh}。",
            field="role",
            has=", ".join(clash),
            has_zh="、".join(ROLE_WORDS[role] for role in clash),
        )
