"""The declarative base of notify's tables."""

from __future__ import annotations

from sqlalchemy.orm import DeclarativeBase

from common.data.base import service_metadata


class Base(DeclarativeBase):
    """Base of notify's own tables."""

    metadata = service_metadata()
