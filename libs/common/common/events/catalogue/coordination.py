"""Events of coordination: sites, people, groups, keys, protocols, calendar, filings."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from common.events.payload import Payload
from common.protocol import Protocol

EVERYONE = ("coordination", "screening", "isolation", "notify")


class SiteChanged(Payload, type="sizao.coordination.site.changed.v1", consumers=EVERYONE):
    """A bureau was opened or changed; the whole state."""

    code: str
    name: str
    name_en: str
    timezone: str = "Asia/Shanghai"
    trial: bool = False
    suspended: bool = False
    settings: dict[str, Any] = Field(default_factory=dict)


class KeyPublished(Payload, type="sizao.coordination.key.published.v1", consumers=EVERYONE, urgent=True):
    """A public key that signs sessions, as a JWK; `revoked` takes it out of use."""

    kid: str
    jwk: dict[str, Any]
    not_after: AwareDatetime
    revoked: bool = False


class SessionRevoked(Payload, type="sizao.coordination.session.revoked.v1", consumers=EVERYONE, urgent=True):
    """Sessions of an account opened before `before` count no more (`token_id` alone: just that one)."""

    account_id: str
    token_id: str | None = None
    before: AwareDatetime


class Leave(BaseModel):
    """Days on which a person is away, both included."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    first_day: date
    last_day: date
    reason: str = ""


class PersonChanged(
    Payload, type="sizao.coordination.person.changed.v1", consumers=("screening", "isolation", "notify")
):
    """A person of the directory; the whole state.

    `sealed` holds name, phone, document_type, document_number, email.
    """

    person_id: str
    kind: Literal["staff", "contractor", "account"]
    """`account`: known for signing in alone (an outside auditor); on no staff list, never expected at an entrance."""
    staff_number: str
    badge: str | None = None
    masked_name: str
    person_key: str | None = None
    section: str
    section_id: str | None = None
    post: str = ""
    superior_id: str | None = None
    roles: tuple[str, ...] = ()
    leaves: tuple[Leave, ...] = ()
    active: bool = True
    sealed: str


class GroupMember(BaseModel):
    """A person's place in a group."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    person_id: str
    position: Literal["leader", "deputy", "member"]


class GroupChanged(Payload, type="sizao.coordination.group.changed.v1", consumers=("notify", "screening")):
    """One of the plan's groups with its members; the whole state.

    `leader_in_charge` is the leader who answers for it.
    """

    code: Literal[
        "leading", "office", "coordination", "sanitation", "monitoring", "emergency", "counter", "supervision"
    ]
    name: str
    members: tuple[GroupMember, ...]
    leader_in_charge: str | None = None


class ProtocolAdopted(
    Payload, type="sizao.coordination.protocol.adopted.v1", consumers=("screening", "isolation", "notify")
):
    """A site adopted a protocol from a day on; the whole protocol."""

    adoption_id: str
    version: int
    effective_from: date
    effective_to: date | None = None
    protocol: Protocol


class CalendarChanged(
    Payload, type="sizao.coordination.calendar.changed.v1", consumers=("screening", "isolation", "notify")
):
    """The site's own days that differ from the published calendar; the whole list of a year."""

    year: int
    days: dict[date, bool]


class FilingOverdue(Payload, type="sizao.coordination.filing.overdue.v1", consumers=("notify",), urgent=True):
    """A sheet that was due was not filed by the site's time."""

    filing_id: str
    kind: Literal["register"]
    day: date
    place_id: str
    place_name: str
    due_at: AwareDatetime
    checks_known: int | None = None


class FilingReceived(Payload, type="sizao.coordination.filing.received.v1", consumers=("notify",)):
    """A sheet was filed, in time or late."""

    filing_id: str
    kind: Literal["register"]
    day: date
    place_id: str
    place_name: str
    late: bool
    head: str
    version: int


EVENTS: tuple[type[Payload], ...] = (
    SiteChanged,
    KeyPublished,
    SessionRevoked,
    PersonChanged,
    GroupChanged,
    ProtocolAdopted,
    CalendarChanged,
    FilingOverdue,
    FilingReceived,
)
