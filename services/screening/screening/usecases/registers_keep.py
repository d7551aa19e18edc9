"""What registers keep by themselves: who leads the monitoring group, and sealed particulars no longer than allowed."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from common.events.catalogue.coordination import GroupChanged
from common.ids import new_id
from common.op import Op
from common.service import Received
from common.site import settings_of
from screening.models import Destruction, MonitoringGroup, Register, RegisterRow
from screening.usecases.registers_seal import erase_rows

MONITORING = "monitoring"
REGISTERS_AT_ONCE = 20


def keep_monitoring_group(op: Op, event: Received[GroupChanged]) -> None:
    """Keeps who leads the monitoring group; an older state is ignored."""
    told, site, sequence = event.payload, event.envelope.site, event.envelope.sequence
    if told.code != MONITORING:
        return
    known = op.db.get(MonitoringGroup, site)
    if known is not None and known.sequence >= sequence:
        return
    leaders = {one.person_id for one in told.members if one.position in {"leader", "deputy"}}
    if told.leader_in_charge:
        leaders.add(told.leader_in_charge)
    op.db.merge(MonitoringGroup(site=site, leaders=sorted(leaders), sequence=sequence))


def purge_registers(op: Op, site: str) -> int:
    """Destroys the particulars in sealed rows of days whose checks' time is up; the seals stay verifiable by their
    digests. Says how many rows went; nothing while the site's records are to be archived."""
    retention = settings_of(op.site(site)).retention
    if retention.archive:
        return 0
    before = op.today(site) - timedelta(days=retention.checks)
    query = (
        select(Register.id, Register.day)
        .join(RegisterRow, RegisterRow.register_id == Register.id)
        .where(Register.site == site, Register.day < before, RegisterRow.content.is_not(None))
        .group_by(Register.id, Register.day)
        .order_by(Register.day)
        .limit(REGISTERS_AT_ONCE)
    )
    rows = op.db.execute(query).all()
    if not rows:
        return 0
    count = erase_rows(op, site, [row.id for row in rows])
    destroyed = Destruction(
        id=new_id(),
        site=site,
        at=op.now,
        kind="register_rows",
        count=count,
        first_day=rows[0].day,
        last_day=rows[-1].day,
        kept_days=retention.checks,
    )
    op.db.add(destroyed)
    op.audit(
        "register_rows.destroyed",
        site=site,
        subject=f"destruction:{destroyed.id}",
        particulars={"count": count, "first_day": rows[0].day.isoformat(), "last_day": rows[-1].day.isoformat()},
    )
    return count
