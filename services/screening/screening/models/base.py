"""The declarative base of screening's tables."""

from __future__ import annotations

from sqlalchemy import String
from sqlalchemy.orm import DeclarativeBase

from common.data.base import service_metadata

REFERENCE_LENGTH = 100
KEY_LENGTH = 120
NAME_LENGTH = 60

Sorted = String(NAME_LENGTH).with_variant(String(NAME_LENGTH, collation="C"), "postgresql")
"""Text whose order is that of its code points, so that a prefix is a range (`common.civil.name.prefix_range`)."""


class Base(DeclarativeBase):
    """Base of screening's tables."""

    metadata = service_metadata()
