"""Tables of screening. Import them from here; importing registers every one on `Base.metadata`."""

from screening.models.base import Base
from screening.models.checks import CHECK, Check
from screening.models.entrances import Entrance, Hall, SealedDay
from screening.models.imports import PAPER_LINE, PaperImport, PaperLine
from screening.models.people import PERSON, Person
from screening.models.records import Destruction, Handover
from screening.models.registers import (
    REGISTER_ROW,
    MonitoringGroup,
    Register,
    RegisterChain,
    RegisterRow,
    RegisterSeal,
    RegisterSignature,
)

__all__ = [
    "CHECK",
    "PAPER_LINE",
    "PERSON",
    "REGISTER_ROW",
    "Base",
    "Check",
    "Destruction",
    "Entrance",
    "Hall",
    "Handover",
    "MonitoringGroup",
    "PaperImport",
    "PaperLine",
    "Person",
    "Register",
    "RegisterChain",
    "RegisterRow",
    "RegisterSeal",
    "RegisterSignature",
    "SealedDay",
]
