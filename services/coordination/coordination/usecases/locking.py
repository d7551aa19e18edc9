"""One change of a site's directory, protocols or ledger at a time, where a database lets several write at once."""

from __future__ import annotations

from sqlalchemy import select

from common.op import Op
from coordination.models import Site


def lock_site(op: Op, code: str) -> None:
    """Waits for the site's turn and keeps it until the transaction ends; take it before reading what decides."""
    op.db.execute(select(Site.code).where(Site.code == code).with_for_update())
