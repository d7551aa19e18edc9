"""The pages of coordination, one module a page or a few that belong together."""

from __future__ import annotations

from coordination.pages import accounts, audit, calendar, front, groups, ledger, links, people, protocols, settings

PAGES = (
    front.page, links.page, ledger.page, people.page, groups.page, accounts.page, protocols.page, calendar.page,
    audit.page, settings.page,
)  # fmt: skip
