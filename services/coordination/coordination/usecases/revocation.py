"""Ending sessions: the revocation is an event, and counts in coordination's own copy at once."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select, update

from common.copies.tables import RevocationCopy
from common.events.catalogue.coordination import SessionRevoked
from common.op import Op
from coordination.domain.sites import INSTALLATION
from coordination.models import Account, IssuedSession


def end_sessions(op: Op, account: Account) -> None:
    """Ends all sessions of an account that were opened until now, and those that it vouched for.

    Tokens count whole seconds, so the border is the next whole second; a session opened in between is dated there.
    """
    border = next_second(op.now)
    account.sessions_from = border
    op.db.execute(
        update(IssuedSession)
        .where(IssuedSession.person_id == account.person_id, IssuedSession.ended.is_(False))
        .values(ended=True)
    )
    revoke(op, account.ref, None, border)
    own = select(IssuedSession.token_id).where(IssuedSession.person_id == account.person_id)
    _end_vouched(op, list(op.db.scalars(own)))


def end_session(op: Op, ref: str, token_id: str) -> None:
    """Ends one session and those that it vouched for."""
    op.db.execute(update(IssuedSession).where(IssuedSession.token_id == token_id).values(ended=True))
    revoke(op, ref, token_id, next_second(op.now))
    _end_vouched(op, [token_id])


def revoke(op: Op, ref: str, token_id: str | None, before: datetime) -> None:
    """Tells everybody, and this service's own copy."""
    event_id = op.emit(
        SessionRevoked(account_id=ref, token_id=token_id, before=before), site=INSTALLATION, subject=ref, sequence=1
    )
    op.db.add(RevocationCopy(id=event_id, account_id=ref, token_id=token_id, before=before))


def next_second(instant: datetime) -> datetime:
    """The first whole second after an instant."""
    return instant.replace(microsecond=0) + timedelta(seconds=1)


def _end_vouched(op: Op, tokens: list[str]) -> None:
    vouched = op.db.execute(
        select(IssuedSession.token_id, Account.ref)
        .join(Account, Account.person_id == IssuedSession.person_id)
        .where(IssuedSession.vouched_by.in_(tokens), IssuedSession.ended.is_(False), IssuedSession.expires_at > op.now)
    ).all()
    for token, ref in vouched:
        op.db.execute(update(IssuedSession).where(IssuedSession.token_id == token).values(ended=True))
        revoke(op, ref, token, next_second(op.now))
