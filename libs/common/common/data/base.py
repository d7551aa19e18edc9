"""The declarative base of the tables every service has, and the mixin of rows that belong to a site."""

from __future__ import annotations

from sqlalchemy import MetaData, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
"""One naming rule for constraints, so that migrations can name what they drop."""

SITE_LENGTH = 40


class CommonBase(DeclarativeBase):
    """Base of the tables that `libs/common` brings into each service's own database."""

    metadata = MetaData(naming_convention=NAMING)


class SiteScoped:
    """A row that belongs to one site.

    A session sees only the rows of its site set: the ORM adds the filter, and on PostgreSQL row-level security is the
    second wall (`common.data.rls`).
    """

    site: Mapped[str] = mapped_column(String(SITE_LENGTH))


def service_metadata() -> MetaData:
    """Metadata for a service's own declarative base."""
    return MetaData(naming_convention=NAMING)
