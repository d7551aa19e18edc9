"""The declarative base of coordination's own tables."""

from __future__ import annotations

from sqlalchemy import String
from sqlalchemy.orm import DeclarativeBase

from common.data.base import service_metadata

CodePointText = String(60).with_variant(String(60, collation="C"), "postgresql")
"""Text whose order is the order of code points, so that prefixes are ranges on both databases."""


class Base(DeclarativeBase):
    """Base of coordination's tables."""

    metadata = service_metadata()
