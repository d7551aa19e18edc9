"""Who may read what, for the API and the pages alike."""

from __future__ import annotations

from common.roles import Role

PEOPLE_READERS = (Role.ADMIN, Role.SECURITY, Role.COORDINATOR, Role.EMERGENCY, Role.LEADER, Role.SUPERVISOR)
UNMASKERS = (Role.COORDINATOR, Role.EMERGENCY, Role.ADMIN)
"""Who may ask for a value in clear; administrators get it in a trial alone."""
LEDGER_READERS = (Role.COORDINATOR, Role.LEADER, Role.ADMIN, Role.AUDITOR)
