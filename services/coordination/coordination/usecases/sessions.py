"""Opening and ending sessions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete

from common.caller import Caller
from common.errors import Forbidden
from common.ids import new_id
from common.op import Op, usecase
from common.roles import Role
from common.web.tokens import make_token
from coordination.domain.secrets import hash_secret, needs_rehash
from coordination.models import Account, IssuedSession
from coordination.usecases.keys import private_key, signing_key
from coordination.usecases.revocation import end_session
from coordination.usecases.roles import grants_of
from coordination.usecases.throttle import forgive

ADMINISTRATORS = frozenset({Role.ADMIN, Role.SECURITY, Role.AUDITOR})
KEPT_AFTER_END = timedelta(days=1)


@dataclass(frozen=True)
class Session:
    """An open session."""

    access_token: str
    expires_at: datetime
    caller: Caller


def issue(
    op: Op,
    account: Account,
    grants: dict[str, frozenset[Role]],
    *,
    amr: str,
    expires: datetime | None = None,
    vouched_by: str | None = None,
) -> Session:
    """Signs a token for an account and remembers that it did."""
    issued = max(op.now, account.sessions_from or op.now)
    ends = expires or issued + timedelta(hours=op.host.settings.session_hours)
    who = Caller(id=account.ref, name=account.name, grants=grants, token_id=new_id(), amr=frozenset({amr}))
    key = signing_key(op)
    token = make_token(private_key(key), key.kid, caller=who, issued=issued, expires=ends)
    op.db.add(
        IssuedSession(
            token_id=who.token_id, person_id=account.person_id, issued_at=issued, expires_at=ends,
            vouched_by=vouched_by, ended=False,
        )
    )  # fmt: skip
    return Session(token, ends.replace(microsecond=0), who)


@usecase
def open_session(op: Op, *, person_id: str, password: str, login_key: str, address_key: str) -> Session:
    """Opens a session for a password that was found right. Raises Forbidden for an account without any role."""
    account = op.db.get_one(Account, person_id)
    grants = grants_of(op, person_id)
    if not grants:
        raise Forbidden(
            "sign_in.no_roles",
            "This account has no role at any site: ask the security administrator.",
            "该账号尚未授予任何角色：请联系安全管理员。",
        )
    forgive(op, login_key, address_key)
    if account.password_hash and needs_rehash(account.password_hash):
        account.password_hash = hash_secret(password)
    account.last_sign_in = op.now
    session = issue(op, account, grants, amr="password")
    for site, roles in sorted(grants.items()):
        if roles & ADMINISTRATORS:
            op.audit("session.opened", site=site, subject=account.ref, particulars={"roles": sorted(roles)})
    return session


@usecase
def sign_out(op: Op) -> None:
    """Ends the caller's session, and those opened by PIN that it vouched for."""
    end_session(op, op.caller.id, op.caller.token_id)


def forget_old_sessions(op: Op) -> None:
    """Deletes the record of sessions that ended by time."""
    op.db.execute(delete(IssuedSession).where(IssuedSession.expires_at < op.now - KEPT_AFTER_END))
