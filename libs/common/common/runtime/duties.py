"""Runs duties: each is claimed in the database at each site, so that any number of workers may try."""

from __future__ import annotations

from datetime import timedelta

import structlog
from sqlalchemy import select, update

from common.caller import system
from common.copies.lookups import site_codes
from common.events.tables import DutyClock
from common.host import Host
from common.observe.metrics import DUTY_LATE, DUTY_RUNS
from common.observe.trace import begin_trace
from common.op import Op, usecase
from common.service import Duty

log = structlog.get_logger()
RETRY_AFTER = timedelta(seconds=15)


@usecase(read=True)
def due_duties(op: Op) -> list[tuple[str, str]]:
    """(duty, site) pairs whose time has come, those never run first."""
    known = {(row.duty, row.site): row.next_at for row in op.db.scalars(select(DutyClock))}
    DUTY_LATE.labels(op.host.service.name).set(
        max(((op.now - at).total_seconds() for at in known.values()), default=0.0)
    )
    due = []
    for site in site_codes(op.db):
        for duty in op.host.service.duties:
            at = known.get((duty.name, site))
            if at is None or at <= op.now:
                due.append((duty.name, site))
    return due


def run_duty(op: Op, *, duty: Duty, site: str) -> bool:
    """Claims the duty at a site and does it in the same transaction; False if another worker was first."""
    op.site(site)
    clock = op.db.get(DutyClock, (duty.name, site))
    next_at = op.now + timedelta(seconds=duty.every)
    if clock is None:
        op.db.add(DutyClock(duty=duty.name, site=site, next_at=next_at, last_at=op.now))
        op.db.flush()
    else:
        moved = op.db.execute(
            update(DutyClock)
            .where(DutyClock.duty == duty.name, DutyClock.site == site, DutyClock.next_at <= op.now)
            .values(next_at=next_at, last_at=op.now, failures=0)
        )
        if moved.rowcount != 1:  # type: ignore[attr-defined]
            return False
    duty.do(op, site)
    return True


def put_off(op: Op, *, duty: str, site: str) -> None:
    """Lets a duty that failed wait a little before it is tried again."""
    clock = op.db.get(DutyClock, (duty, site))
    if clock is None:
        op.db.add(DutyClock(duty=duty, site=site, next_at=op.now + RETRY_AFTER, failures=1))
    else:
        clock.next_at, clock.failures = op.now + RETRY_AFTER, clock.failures + 1


def run_due_duties(host: Host) -> int:
    """One pass over the duties that are due; returns how many were done."""
    if not host.service.duties:
        return 0
    caller = system(host.service.name)
    duties = {duty.name: duty for duty in host.service.duties}
    done = 0
    for name, site in host.run_system(due_duties, caller):
        begin_trace()
        with structlog.contextvars.bound_contextvars(duty=name, site=site):
            try:
                ran = host.run(run_duty, caller, {site}, duty=duties[name], site=site)
            except Exception:
                log.exception("duty.failed")
                DUTY_RUNS.labels(host.service.name, name, "failed").inc()
                host.run_system(put_off, caller, duty=name, site=site)
                continue
            if ran:
                done += 1
                DUTY_RUNS.labels(host.service.name, name, "done").inc()
    return done
