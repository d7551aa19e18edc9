"""Use cases run in one wrapper that gives them the transaction, the time, the caller, events and the audit log.

    @usecase
    def void_check(op: Op, *, check_id: str, reason: str) -> VoidedCheck: ...

An entry point calls `host.run(void_check, caller, sites, check_id=…, reason=…)`. A use case that needs another
one's work inside its own transaction calls it as a function: `void_check(op, …)`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, TypeVar, overload

from sqlalchemy import insert
from sqlalchemy.orm import Session

from common.caller import Caller
from common.clock import local_day
from common.errors import Forbidden, Invalid
from common.events.envelope import make_envelope
from common.events.payload import Payload
from common.events.tables import OUTBOX
from common.ids import new_id
from common.roles import Role

if TYPE_CHECKING:
    from common.copies.tables import SiteCopy
    from common.host import Host

F = TypeVar("F", bound=Callable[..., Any])


@overload
def usecase(function: F) -> F: ...
@overload
def usecase(*, read: bool = False) -> Callable[[F], F]: ...
def usecase(function: F | None = None, *, read: bool = False) -> F | Callable[[F], F]:
    """Marks a function as a use case; `read=True` promises that it writes nothing and lets it read beside writers."""

    def mark(marked: F) -> F:
        marked.is_usecase = True  # type: ignore[attr-defined]
        marked.is_read = read  # type: ignore[attr-defined]
        return marked

    return mark(function) if function is not None else mark


@dataclass
class Op:
    """One run of a use case, reaction or duty."""

    host: Host
    db: Session
    caller: Caller
    sites: frozenset[str] | None
    """The sites whose rows this run may see; `None` is every site (relay, duties over sites, commands)."""
    now: datetime
    traceparent: str | None = None
    letters: list[dict[str, Any]] = field(default_factory=list)
    """Rows of the outbox that `commit` writes."""
    after_commit: list[Callable[[], object]] = field(default_factory=list)
    """Called once the transaction is in the database (never for one that failed)."""

    def emit(
        self,
        payload: Payload | Callable[[str], Payload],
        *,
        site: str,
        subject: str,
        sequence: int = 0,
    ) -> str:
        """Emits an event, which is in the outbox when this transaction is committed, and returns its id.

        A payload with sealed particulars is given as a function of the event's id, because the seal is bound to it:
        `op.emit(lambda event_id: CheckHeld(…, sealed=seal(particulars, event_id)), …)`.
        """
        event_id = new_id()
        body = payload if isinstance(payload, Payload) else payload(event_id)
        envelope = make_envelope(
            event_id=event_id,
            event_type=body.event_type,
            site=site,
            service=self.host.service.name,
            subject=subject,
            sequence=sequence,
            time=self.now,
            data=body.model_dump(mode="json"),
            traceparent=self.traceparent,
        )
        if type(body) not in self.host.service.publishes:
            raise ValueError(f"{self.host.service.name} does not declare {body.event_type} among what it publishes")
        self.letters.append(
            {
                "id": event_id,
                "site": site,
                "type": body.event_type,
                "urgent": body.urgent,
                "created_at": self.now,
                "body": envelope.to_json(),
            }
        )
        return event_id

    def commit(self) -> None:
        """Writes the events in one statement and commits; called by whoever runs use cases, never by one."""
        if self.letters:
            self.db.flush()
            self.db.connection().execute(insert(OUTBOX), self.letters)
        self.db.commit()

    def audit(self, action: str, *, site: str, subject: str, particulars: Mapping[str, Any] | None = None) -> None:
        """Appends to the site's hash-chained audit log; call it last, since it locks the chain's head."""
        from common.audit.log import append

        append(
            self.db,
            site=site,
            at=self.now,
            actor=self.caller.id,
            action=action,
            subject=subject,
            particulars=dict(particulars or {}),
        )

    def site(self, code: str) -> SiteCopy:
        """The site with this code; raises Forbidden for one outside the caller's sites, whether it exists or not."""
        from common.copies.lookups import find_site

        found = find_site(self.db, code) if self.sites is None or code in self.sites else None
        if found is None:
            raise Forbidden(
                "site.foreign",
                "You have no business at a site '{site}' with this account: check the site's code.",
                "您的账号在单位“{site}”没有相应权限:请核对单位代码。",
                field="site",
                site=code,
            )
        if found.suspended and not self.caller.id.startswith("system:"):
            raise Forbidden("site.suspended", "The site is suspended.", "该单位已停用。", field="site")
        return found

    def today(self, site: str) -> date:
        """The site's local day now."""
        return local_day(self.now, self.site(site).timezone)

    def need(self, site: str, *roles: Role) -> None:
        """Raises Forbidden unless the caller holds one of `roles` at `site`; for rules finer than a route's."""
        if not self.caller.holds(site, *roles):
            raise Forbidden(
                "role.missing", "Your roles at this site do not allow this.", "您在本单位的角色不允许此操作。"
            )

    def once(self, job: str, *, site: str, day: date) -> bool:
        """True the first time this (site, job, local day) is asked for, in whichever process; else False."""
        from common.events.tables import JobRun

        if self.db.get(JobRun, (site, job, day.isoformat())) is not None:
            return False
        self.db.add(JobRun(site=site, job=job, day=day.isoformat(), done_at=self.now))
        self.db.flush()
        return True


def text_or_invalid(value: str | None, *, field: str, words: tuple[str, str], limit: int = 500) -> str:
    """A required text without outer spaces; raises Invalid when empty or longer than `limit` characters."""
    cleaned = (value or "").strip()
    if not cleaned:
        raise Invalid(
            "text.empty", "{what} is empty.", "{what_zh}不能为空。", field=field, what=words[0], what_zh=words[1]
        )
    if len(cleaned) > limit:
        raise Invalid(
            "text.long",
            "{what} has more than {limit} characters.",
            "{what_zh}超过{limit}个字。",
            field=field,
            what=words[0],
            what_zh=words[1],
            limit=limit,
        )
    return cleaned
