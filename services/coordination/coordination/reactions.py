"""What coordination does when an event arrives."""

from __future__ import annotations

from common.copies.reactions import IDENTITY_REACTIONS
from common.events.catalogue.screening import EntranceChanged, RegisterSealed
from common.op import Op
from common.service import Reaction, Received
from coordination.usecases.ledger import keep_place, keep_register


def on_entrance(op: Op, event: Received[EntranceChanged]) -> None:
    """An entrance owes a register on each day it is open."""
    keep_place(op, event.payload, event.envelope)


def on_register(op: Op, event: Received[RegisterSealed]) -> None:
    """A sealed register is filed."""
    keep_register(op, event.payload, event.envelope)


REACTIONS = (*IDENTITY_REACTIONS, Reaction(EntranceChanged, on_entrance), Reaction(RegisterSealed, on_register))
