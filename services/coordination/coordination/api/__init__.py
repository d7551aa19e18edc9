"""The HTTP API of coordination, one module a resource."""

from coordination.api import (
    accounts,
    audit,
    calendar,
    grants,
    groups,
    imports,
    ledger,
    people,
    protocols,
    sections,
    sessions,
    sites,
)

API = (
    sessions.api, sites.api, people.api, groups.api, sections.api, accounts.api, grants.api, imports.api, protocols.api,
    calendar.api, ledger.api, audit.api,
)  # fmt: skip
