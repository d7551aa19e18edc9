"""The copy of the directory that isolation keeps, for the names of those who act."""

from __future__ import annotations

from sqlalchemy import Boolean, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from common.data.base import SiteScoped
from common.data.types import Encrypted, Id
from isolation.models.base import CODE_LENGTH, NAME_LENGTH, Base


class PersonCopy(SiteScoped, Base):
    """A person of the site's directory, as coordination last told it; least data: no document, no phone."""

    __tablename__ = "person_copy"
    __table_args__ = (Index(None, "site", "staff_number"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    sequence: Mapped[int] = mapped_column(Integer)
    staff_number: Mapped[str] = mapped_column(String(CODE_LENGTH))
    masked_name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    name: Mapped[str | None] = mapped_column(Encrypted("isolation.person_copy.name"), default=None)
    section: Mapped[str] = mapped_column(String(120))
    active: Mapped[bool] = mapped_column(Boolean)
