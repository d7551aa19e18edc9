"""Tables of notify."""

from __future__ import annotations

from notify.models.alerts import Alert, AlertEntry, CauseNote, ChangeCounter, Timer
from notify.models.base import Base
from notify.models.people import DutyPerson, GroupCopy, PersonCopy, PersonRole
from notify.models.sending import Attempt, ChannelConfig, Message
from notify.models.setup import Route

__all__ = [
    "Alert", "AlertEntry", "Attempt", "Base", "CauseNote", "ChangeCounter", "ChannelConfig", "DutyPerson", "GroupCopy",
    "Message", "PersonCopy", "PersonRole", "Route", "Timer",
]  # fmt: skip
