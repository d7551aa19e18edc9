"""Isolation's pages, one module each."""

from __future__ import annotations

from isolation.pages.acts import pages as acts
from isolation.pages.incident import pages as incident
from isolation.pages.incidents import pages as incidents

BLUEPRINTS = (incidents, incident, acts)
