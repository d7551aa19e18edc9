"""Every table that `libs/common` brings into a service's database, in one place for migrations and tests."""

from __future__ import annotations

import common.audit.access
import common.audit.tables
import common.copies.tables
import common.events.tables  # noqa: F401 - importing the modules registers their tables
from common.data.base import CommonBase

COMMON_TABLES = CommonBase.metadata
