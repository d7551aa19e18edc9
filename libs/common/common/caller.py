"""Who is asking: a signed-in person, a device, or the system itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from common.roles import Role


@dataclass(frozen=True)
class Caller:
    """A principal and the roles it holds at each site."""

    id: str
    """A reference such as `staff:<uuid>`, `system:screening` or `device:<uuid>`."""
    name: str
    grants: Mapping[str, frozenset[Role]] = field(default_factory=dict)
    token_id: str = ""
    amr: frozenset[str] = frozenset()
    """How the person proved himself: `password`, `pin`, `link`."""

    def sites(self, *roles: Role) -> frozenset[str]:
        """The sites where this caller holds at least one of `roles` (any role if none is named)."""
        wanted = frozenset(roles) or frozenset(Role)
        return frozenset(site for site, held in self.grants.items() if held & wanted)

    def holds(self, site: str, *roles: Role) -> bool:
        """Whether this caller holds one of `roles` at `site`."""
        return bool(self.grants.get(site, frozenset()) & frozenset(roles))


def system(service: str) -> Caller:
    """The caller that reactions and duties act as."""
    return Caller(id=f"system:{service}", name="系统")
