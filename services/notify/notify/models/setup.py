"""Where a site's events go, where it differs from what is shipped."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Boolean, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from common.data.base import SiteScoped
from common.data.types import Instant
from notify.models.base import Base


class Route(SiteScoped, Base):
    """A site's own rule for an event type."""

    __tablename__ = "route"

    site: Mapped[str] = mapped_column(String(40), primary_key=True)
    event_type: Mapped[str] = mapped_column(String(120), primary_key=True)
    group: Mapped[str] = mapped_column(String(20))
    severity: Mapped[str] = mapped_column(String(10))
    ladder: Mapped[bool] = mapped_column(Boolean)
    version: Mapped[int] = mapped_column(Integer, default=1)
    changed_at: Mapped[datetime] = mapped_column(Instant)
    changed_by: Mapped[str] = mapped_column(String(100))
