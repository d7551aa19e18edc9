"""Tables of screening. Import them from here; importing registers every one on `Base.metadata`."""

from screening.models.base import Base
from screening.models.checks import CHECK, Check
from screening.models.entrances import Entrance, Hall, SealedDay
from screening.models.people import PERSON, Person
from screening.models.records import Destruction, Handover

__all__ = [
    "CHECK",
    "PERSON",
    "Base",
    "Check",
    "Destruction",
    "Entrance",
    "Hall",
    "Handover",
    "Person",
    "SealedDay",
]
