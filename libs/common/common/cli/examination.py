"""What `sizao doctor` looks at in a service's own tables."""

from __future__ import annotations

from sqlalchemy import func, select

from common.caller import system
from common.copies.tables import ProtocolCopy, SiteCopy
from common.data.migrate import revision_problem
from common.events.tables import Delivery, DutyClock, Outbox
from common.host import Host
from common.op import Op, usecase

OLD_OUTBOX_SECONDS = 60
LATE_DUTY_SECONDS = 300


def of_host(host: Host) -> list[tuple[str, str]]:
    """What is wrong with a service of this installation, in words: (what, how to mend it)."""
    name = host.service.name
    try:
        wrong = revision_problem(host.service, host.engine)
        if wrong:
            return [(wrong, f"run 'sizao migrate {name}'")]
        return host.run_system(examine, system(name))
    except Exception as problem:  # noqa: BLE001 - whatever is wrong with the database is a finding
        return [(f"the database does not answer: {type(problem).__name__}", "check address, password, server")]


@usecase(read=True)
def examine(op: Op) -> list[tuple[str, str]]:
    """What looks wrong in a service's own tables: (what, how to mend it)."""
    found: list[tuple[str, str]] = []
    oldest = op.db.scalar(select(func.min(Outbox.created_at)).where(Outbox.parked_at.is_(None)))
    if oldest is not None and (op.now - oldest).total_seconds() > OLD_OUTBOX_SECONDS:
        found.append(
            (f"an event waits in the outbox since {oldest.isoformat()}", "is the relay running, the broker up?")
        )
    parked = op.db.scalar(select(func.count()).select_from(Delivery).where(Delivery.parked_at.is_not(None))) or 0
    if parked:
        found.append((f"{parked} events are parked", f"look at them: sizao parked list {op.host.service.name}"))
    late = op.db.scalar(select(func.min(DutyClock.next_at)))
    if late is not None and (op.now - late).total_seconds() > LATE_DUTY_SECONDS:
        found.append((f"a duty is due since {late.isoformat()}", "is the worker running?"))
    sites = set(op.db.scalars(select(SiteCopy.code).where(SiteCopy.suspended.is_(False))))
    if op.host.service.name != "coordination":
        without = sites - set(op.db.scalars(select(ProtocolCopy.site).distinct()))
        found += [(f"site {site} has no protocol", f"sizao protocol adopt {site} …") for site in sorted(without)]
    return found
