"""Keeps the copies of coordination's state; every service lists `COPY_REACTIONS` among its reactions."""

from __future__ import annotations

from datetime import date

from sqlalchemy import delete

from common.copies.tables import CalendarCopy, KeyCopy, ProtocolCopy, RevocationCopy, SiteCopy
from common.events.catalogue.coordination import (
    CalendarChanged,
    KeyPublished,
    ProtocolAdopted,
    SessionRevoked,
    SiteChanged,
)
from common.op import Op
from common.service import Reaction, Received


def keep_site(op: Op, event: Received[SiteChanged]) -> None:
    """Keeps the site's newest state."""
    told = event.payload
    known = op.db.get(SiteCopy, told.code)
    if known is not None and known.sequence >= event.envelope.sequence:
        return
    op.db.merge(
        SiteCopy(
            code=told.code,
            name=told.name,
            name_en=told.name_en,
            timezone=told.timezone,
            trial=told.trial,
            suspended=told.suspended,
            settings=dict(told.settings),
            sequence=event.envelope.sequence,
        )
    )


def keep_key(op: Op, event: Received[KeyPublished]) -> None:
    """Keeps a public key, or its revocation."""
    told = event.payload
    known = op.db.get(KeyCopy, told.kid)
    if known is not None and known.sequence >= event.envelope.sequence:
        return
    op.db.merge(
        KeyCopy(
            kid=told.kid,
            jwk=dict(told.jwk),
            not_after=told.not_after,
            revoked=told.revoked,
            sequence=event.envelope.sequence,
        )
    )


def keep_revocation(op: Op, event: Received[SessionRevoked]) -> None:
    """Keeps a revocation; it is never taken back."""
    told = event.payload
    op.db.merge(
        RevocationCopy(id=event.envelope.id, account_id=told.account_id, token_id=told.token_id, before=told.before)
    )


def keep_protocol(op: Op, event: Received[ProtocolAdopted]) -> None:
    """Keeps a protocol that the site adopted."""
    told = event.payload
    known = op.db.get(ProtocolCopy, told.adoption_id)
    if known is not None and known.sequence >= event.envelope.sequence:
        return
    op.db.merge(
        ProtocolCopy(
            id=told.adoption_id,
            site=event.envelope.site,
            version=told.version,
            effective_from=told.effective_from,
            effective_to=told.effective_to,
            document=told.protocol.model_dump(mode="json"),
            sequence=event.envelope.sequence,
        )
    )


def keep_calendar(op: Op, event: Received[CalendarChanged]) -> None:
    """Replaces the site's own days of a year by a newer list."""
    told, site, sequence = event.payload, event.envelope.site, event.envelope.sequence
    first, last = date(told.year, 1, 1), date(told.year, 12, 31)
    newer = op.db.query(CalendarCopy).filter(
        CalendarCopy.site == site, CalendarCopy.day.between(first, last), CalendarCopy.sequence >= sequence
    )
    if newer.first() is not None:
        return
    op.db.execute(delete(CalendarCopy).where(CalendarCopy.site == site, CalendarCopy.day.between(first, last)))
    for day, working in told.days.items():
        op.db.add(CalendarCopy(site=site, day=day, working=working, sequence=sequence))


IDENTITY_REACTIONS = (
    Reaction(SiteChanged, keep_site),
    Reaction(KeyPublished, keep_key),
    Reaction(SessionRevoked, keep_revocation),
)
"""For every service, coordination too."""

COPY_REACTIONS = (
    *IDENTITY_REACTIONS,
    Reaction(ProtocolAdopted, keep_protocol),
    Reaction(CalendarChanged, keep_calendar),
)
"""For every service but coordination, which owns protocols and the calendar."""
