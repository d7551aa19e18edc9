"""Tables of coordination."""

from coordination.models.accounts import Account, HeldRole, IssuedSession, OneTimeLink, SigningKey, Throttle
from coordination.models.base import Base
from coordination.models.ledger import Filing, FilingPlace
from coordination.models.people import ChartEntry, GroupMember, ImportRun, LeaveDays, Person, Section, WorkGroup
from coordination.models.sites import Adoption, CalendarYear, OwnDay, Site

__all__ = [
    "Account",
    "Adoption",
    "Base",
    "CalendarYear",
    "ChartEntry",
    "Filing",
    "FilingPlace",
    "GroupMember",
    "HeldRole",
    "ImportRun",
    "IssuedSession",
    "LeaveDays",
    "OneTimeLink",
    "OwnDay",
    "Person",
    "Section",
    "SigningKey",
    "Site",
    "Throttle",
    "WorkGroup",
]
