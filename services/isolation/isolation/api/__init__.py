"""Isolation's HTTP API, one module a resource."""

from __future__ import annotations

from isolation.api.acts import acts
from isolation.api.incidents import incidents
from isolation.api.links import links
from isolation.api.particulars import particulars
from isolation.api.steps import steps

BLUEPRINTS = (incidents, steps, acts, links, particulars)
