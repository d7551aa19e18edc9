"""Who may call a route. Each view function carries an `Access`; no application starts with a view that has none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from common.roles import EVERY_ROLE, Role

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True)
class Access:
    """A route's rule. The request's site set is the sites where the caller holds one of `roles`."""

    roles: frozenset[Role]
    public: bool = False
    why: str = ""
    """For a public route: why nobody needs to sign in for it."""
    devices: bool = False
    """Whether a device's key may call it too."""


def allow(*roles: Role, devices: bool = False) -> Callable[[F], F]:
    """The route is for callers who hold one of `roles` at the site it is about."""
    if not roles:
        raise ValueError("name at least one role, or use allow_any_role or allow_public")
    return _mark(Access(frozenset(roles), devices=devices))


def allow_any_role() -> Callable[[F], F]:
    """The route is for any signed-in person, about the sites where he holds any role."""
    return _mark(Access(EVERY_ROLE))


def allow_public(why: str) -> Callable[[F], F]:
    """The route is for everybody; `why` is printed in the matrix of permissions."""
    return _mark(Access(frozenset(), public=True, why=why))


def _mark(access: Access) -> Callable[[F], F]:
    def mark(view: F) -> F:
        view.sizao_access = access  # type: ignore[attr-defined]
        return view

    return mark


def access_of(view: Callable[..., Any]) -> Access | None:
    """The rule a view carries."""
    found: Access | None = getattr(view, "sizao_access", None)
    return found
