"""The append-only audit log of a service: sign-offs, releases and whatever else must stand as it was done."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

from sqlalchemy import Row, delete, func, insert, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from common.audit import chain
from common.audit.canonical import canonical, new_salt, plain
from common.audit.chain import GENESIS, Head
from common.audit.tables import NAME_LENGTH, AuditEntry, AuditHead, AuditParticulars
from common.data.session import ForeignSite, session_sites
from common.errors import Invalid
from common.ids import new_id

_BATCH = 1000


@dataclass(frozen=True)
class Verification:
    """What a check of one site's chain found."""

    site: str
    head: Head
    """The end of the chain by the head row."""
    broken_at: int | None = None
    """The position from which the chain can't be trusted, `None` if it holds."""
    reason: str | None = None
    """What is wrong there, in English, for a terminal or a log."""
    altered: tuple[int, ...] = ()
    """Positions whose particulars are there but are not those that were logged."""
    erased: int = 0
    """How many entries have had their particulars erased."""

    @property
    def holds(self) -> bool:
        """Whether chain, head and particulars are all as they were written."""
        return self.broken_at is None and not self.altered


def append(
    session: Session,
    *,
    site: str,
    at: datetime,
    actor: str,
    action: str,
    subject: str,
    particulars: Mapping[str, Any],
) -> AuditEntry:
    """Adds an entry to the site's chain in the session's transaction and returns it.

    `actor` and `subject` are references (`staff:…`, `register:…`), `action` a word such as `register.signed`; each is
    1 to 100 characters. `particulars` hold ids and masked words, never personal data in clear. Call it last in a use
    case: the site's head row stays locked until the transaction ends (with several sites, in the order of their
    codes). Raises Invalid for what is empty, too long, a naive `at`, or has no canonical spelling.
    """
    for name, value in (("actor", actor), ("action", action), ("subject", subject)):
        if not 1 <= len(value) <= NAME_LENGTH:
            raise Invalid(
                "audit.length",
                "The {field_name} of an audit entry has 1 to {limit} characters, not {length}.",
                "审计条目的 {field_name} 应为 1 至 {limit} 个字符,而不是 {length} 个。",
                field=name,
                field_name=name,
                limit=NAME_LENGTH,
                length=len(value),
            )
    sites = session_sites(session)
    if sites is not None and site not in sites:
        raise ForeignSite(f"an audit entry of the site {site} in a session that isn't open for it")
    kept: dict[str, Any] = plain(particulars)
    salt = new_salt()
    session.flush()
    head = _locked_head(session, site)
    entry = AuditEntry(
        id=new_id(),
        site=site,
        position=head.position + 1,
        at=at,
        actor=actor,
        action=action,
        subject=subject,
        digest=chain.particulars_digest(kept, salt),
        previous=head.hash,
    )
    entry.hash = chain.link(head.hash, canonical(chain.content(entry)))
    entry.at = at.astimezone(UTC)
    head.position, head.hash = entry.position, entry.hash
    session.add(entry)
    session.flush()
    session.execute(
        insert(AuditParticulars).values(entry_id=entry.id, site=site, salt=salt, particulars=kept),
    )
    return entry


def site_head(session: Session, site: str) -> Head:
    """The end of the site's chain, to be filed with the day; position 0 if nothing was logged yet."""
    row = session.execute(select(AuditHead.position, AuditHead.hash).where(AuditHead.site == site)).first()
    return Head(row.position, row.hash) if row else Head(0, GENESIS)


def verify_site(session: Session, site: str, filed: Mapping[int, str] | None = None) -> Verification:
    """Checks the site's chain from its first entry to its head, and the particulars that are still there.

    `filed` gives hashes by position that were filed elsewhere, such as each day's head: only they show that the whole
    chain was not written anew.
    """
    known = filed or {}
    highest = session.scalar(select(func.max(AuditEntry.position)).where(AuditEntry.site == site)) or 0
    head = site_head(session, site)
    last, broken = Head(0, GENESIS), None
    altered: list[int] = []
    erased = 0
    for row in entries(session, site, head.position):
        if broken is None:
            broken = _fault(row, last, known)
        last = Head(row.position, row.hash)
        if row.salt is None:
            erased += 1
        elif not _unaltered(row):
            altered.append(row.position)
    if broken is None:
        broken = _fault_at_end(last, head, max(highest, *known, 0))
    at, reason = broken or (None, None)
    return Verification(site, head, at, reason, tuple(altered), erased)


def entries(session: Session, site: str, until: int) -> Iterator[Row[Any]]:
    """The site's entries in order up to position `until`, each with `salt` and `particulars` (`None` when erased)."""
    statement = (
        select(*AuditEntry.__table__.columns, AuditParticulars.salt, AuditParticulars.particulars)
        .outerjoin(AuditParticulars, AuditParticulars.entry_id == AuditEntry.id)
        .where(AuditEntry.site == site, AuditEntry.position <= until)
        .order_by(AuditEntry.position)
        .execution_options(yield_per=_BATCH)
    )
    yield from cast("Iterator[Row[Any]]", session.execute(statement))


def erase_particulars(session: Session, site: str, entry_ids: list[str]) -> int:
    """Erases particulars of entries and their salts for good, and says how many there were; the chain stays valid."""
    done = session.execute(
        delete(AuditParticulars)
        .where(AuditParticulars.site == site, AuditParticulars.entry_id.in_(entry_ids))
        .returning(AuditParticulars.entry_id)
        .execution_options(synchronize_session=False)
    )
    return len(done.all())


def _fault(row: Row[Any], last: Head, filed: Mapping[int, str]) -> tuple[int, str] | None:
    if chain.verify([cast(chain.ChainEntry, row)], last) is not None:
        return last.position + 1, "the entry is missing or was changed"
    if filed.get(row.position, row.hash) != row.hash:
        return row.position, "its hash is not the one that was filed"
    return None


def _fault_at_end(last: Head, head: Head, highest: int) -> tuple[int, str] | None:
    if last != head:
        return min(last.position, head.position) + 1, "the head does not agree with the last entry"
    if highest > head.position:
        return head.position + 1, "the head is older than entries that were stored or filed"
    return None


def _unaltered(row: Row[Any]) -> bool:
    try:
        return bool(chain.particulars_digest(row.particulars, bytes(row.salt)) == row.digest)
    except Invalid:
        return False


def _locked_head(session: Session, site: str) -> AuditHead:
    """The site's head row, made if it is not there, locked until the transaction ends."""
    wanted = select(AuditHead).where(AuditHead.site == site).with_for_update().execution_options(populate_existing=True)
    head = session.scalars(wanted).one_or_none()
    if head is None:
        upsert = postgresql_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
        session.execute(upsert(AuditHead).values(site=site, position=0, hash=GENESIS).on_conflict_do_nothing())
        head = session.scalars(wanted).one()
    return head
