"""What events say of a cause, kept by the cause's id, since they arrive in any order."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select

from common.op import Op
from notify.domain.states import Retest, Verdict, judge
from notify.models import CauseNote


def remember(op: Op, site: str, subject: str, what: str, **details: Any) -> None:
    """Keeps what an event said; said again, the newer words stand."""
    known = op.db.get(CauseNote, (site, subject, what))
    if known is None:
        op.db.add(CauseNote(site=site, subject=subject, what=what, at=op.now, details=details))
        op.db.flush()
    else:
        known.details = details


def recall(op: Op, site: str, subject: str, what: str) -> dict[str, Any] | None:
    """What was said of a subject, `None` if nothing was."""
    found = op.db.get(CauseNote, (site, subject, what))
    return None if found is None else found.details


def verdict_on(op: Op, site: str, check_id: str) -> Verdict:
    """What retests and voids known so far make of a held check."""
    retests = [
        Retest(
            check_id=str(note.details["check_id"]), normal=bool(note.details["normal"]),
            measured_at=datetime.fromisoformat(str(note.details["measured_at"])),
        )
        for note in op.db.scalars(
            select(CauseNote).where(
                CauseNote.site == site, CauseNote.subject == check_id, CauseNote.what.startswith("retest:")
            )
        )
    ]  # fmt: skip
    voided = op.db.scalars(
        select(CauseNote.subject).where(
            CauseNote.site == site, CauseNote.what == "void",
            CauseNote.subject.in_([check_id, *(one.check_id for one in retests)]),
        )
    )  # fmt: skip
    return judge(check_id, retests, frozenset(voided))
