"""The declarative base of isolation's tables."""

from __future__ import annotations

from sqlalchemy.orm import DeclarativeBase

from common.data.base import service_metadata

REFERENCE_LENGTH = 100
CODE_LENGTH = 40
NAME_LENGTH = 60


class Base(DeclarativeBase):
    """Base of isolation's tables."""

    metadata = service_metadata()
