"""Looking at a personal value in clear: for two groups, with a purpose, written down (facts: duties and law)."""

from __future__ import annotations

from typing import Literal

from common.audit.access import record_access
from common.errors import Forbidden
from common.op import Op, usecase
from common.roles import Role
from common.site import settings_of
from coordination.usecases.directory import find_person


@usecase
def unmask(op: Op, *, person_id: str, field: Literal["phone", "document_number", "email"], purpose: str) -> str:
    """A personal value in clear, with an entry in the access log. Raises Forbidden, NotFound, Invalid (no purpose)."""
    person = find_person(op, person_id)
    site = op.site(person.site)
    allowed = [Role.COORDINATOR, Role.EMERGENCY]
    if settings_of(site).admins_unmask:
        allowed.append(Role.ADMIN)
    if not op.caller.holds(person.site, *allowed):
        raise Forbidden(
            "unmask.role",
            "Only the coordination and the emergency group see this value in clear.",
            "仅综合协调组和应急组可查看完整信息。",
        )
    record_access(
        op.db,
        site=person.site,
        at=op.now,
        actor=op.caller.id,
        purpose=purpose,
        subject=f"staff:{person.id}",
        field=field,
    )
    value: str | None = getattr(person, field)
    return value or ""
