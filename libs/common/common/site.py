"""Settings of a site: coordination owns them, every service reads its copy."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from typing import Any, Protocol

from pydantic import BaseModel, ConfigDict, Field

PHONES = ("cdc", "fever_clinic", "emergency_120", "community")
"""Keys of the telephone numbers that incident steps name: 疾控, 发热门诊, 120, 社区."""

DEFAULT_NOTICE = (
    "为疫情防控需要,本单位在入口测量体温,并登记姓名、证件、电话和来访事由。"
    "登记信息仅用于疫情防控,按规定期限保存,到期销毁。"
)


class Retention(BaseModel):
    """How many days each kind of data is kept (facts: duties and law); what is purged leaves a record."""

    model_config = ConfigDict(extra="forbid")

    checks: int = Field(default=90, ge=21, le=3650)
    incidents: int = Field(default=1095, ge=180, le=36500)
    messages: int = Field(default=180, ge=30, le=3650)
    access_log: int = Field(default=365, ge=184, le=3650)
    events: int = Field(default=90, ge=7, le=365)
    archive: bool = False
    """Emergency records are to be archived: nothing of the site is purged while this stands."""


class SiteSettings(BaseModel):
    """What a site may set; unknown words are an error."""

    model_config = ConfigDict(extra="forbid")

    phones: dict[str, str] = {}
    register_due: time = time(18, 0)
    """Local time by which the day's registers are filed; later is late."""
    admins_unmask: bool = False
    """Whether administrators may unmask, sign and release: true in a trial alone."""
    notice_version: str = Field(default="1", max_length=20)
    notice: str = Field(default=DEFAULT_NOTICE, max_length=4000)
    retention: Retention = Retention()


class HasSettings(Protocol):
    """A site, as a service's copy or as coordination's own row."""

    @property
    def settings(self) -> Mapping[str, Any]:
        """The settings as they are stored."""
        ...


def settings_of(site: HasSettings) -> SiteSettings:
    """The settings a service's copy of a site holds."""
    return SiteSettings.model_validate(site.settings or {})
