"""What time it is at a site."""

from __future__ import annotations

from datetime import date

from common.op import Op, usecase


@usecase(read=True)
def today_at(op: Op, *, site: str) -> date:
    """The site's local day now."""
    return op.today(site)
