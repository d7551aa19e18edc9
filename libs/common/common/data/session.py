"""Sessions that see the rows of a site set and no others."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, Engine, event
from sqlalchemy.orm import ORMExecuteState, Session, with_loader_criteria

from common.data.base import SiteScoped
from common.data.engine import READ_ONLY, is_sqlite

SITES = "sizao_sites"
EVERY_SITE = "sizao_every_site"
FILTER = "sizao_filter"


def open_session(
    engine: Engine | Connection, sites: Iterable[str] | None, *, read: bool = False, walled: bool = False
) -> Session:
    """A session for the given sites; `None` opens it for every site (relay, duties and commands only).

    With a site set the ORM adds the filter to each statement, refuses to flush a row of another site, and on
    PostgreSQL the set is given to row-level security for the length of the transaction. Given a connection, the session
    works inside its transaction: a commit writes into it, a rollback undoes all of it. `walled` says that the
    transaction was given the set already (`wall_in`).
    """
    session = Session(engine, expire_on_commit=False, autoflush=True, join_transaction_mode="rollback_only")
    if sites is None:
        session.info[EVERY_SITE] = True
    else:
        session.info[SITES] = frozenset(sites)
    if read and is_sqlite(engine):
        session.connection(execution_options={READ_ONLY: True})
    elif engine.dialect.name == "postgresql" and sites is not None and not walled:
        if session.info[SITES]:
            wall_in(session.connection(), session.info[SITES])
        elif read:  # no site's rows are seen without a set: a read of what belongs to no site needs no transaction
            session.connection(execution_options={"isolation_level": "AUTOCOMMIT"})
    return session


def wall_in(connection: Connection, sites: Iterable[str]) -> None:
    """Gives the site set to row-level security for the rest of the transaction; SQLite has no such wall."""
    if connection.dialect.name == "postgresql":
        told = ",".join(sorted(sites))
        connection.exec_driver_sql("SELECT set_config('sizao.sites', %s, true)", (told,))


def session_sites(session: Session) -> frozenset[str] | None:
    """The site set of a session, `None` for one that is open for every site."""
    if session.info.get(EVERY_SITE):
        return None
    sites: frozenset[str] = session.info[SITES]
    return sites


@event.listens_for(Session, "do_orm_execute")
def _filter_by_site(state: ORMExecuteState) -> None:
    if not state.is_orm_statement or state.is_relationship_load or state.is_column_load or state.is_insert:
        return
    info = state.session.info
    sites = info.get(SITES)
    if sites is None or info.get(EVERY_SITE):
        return
    if FILTER not in info:
        info[FILTER] = with_loader_criteria(SiteScoped, lambda cls: cls.site.in_(sites), include_aliases=True)
    state.statement = state.statement.options(info[FILTER])


@event.listens_for(Session, "before_flush")
def _refuse_other_sites(session: Session, _context: object, _instances: object) -> None:
    sites = session.info.get(SITES)
    if sites is None:
        return
    for row in (*session.new, *session.dirty):
        if isinstance(row, SiteScoped) and row.site not in sites:
            raise ForeignSite(f"a row of {type(row).__name__} belongs to a site outside the session's set")


class ForeignSite(RuntimeError):
    """A row of a site outside the session's set was about to be written: a fault of ours, never of the user."""
