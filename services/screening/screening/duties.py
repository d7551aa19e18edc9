"""What screening does when time passes."""

from __future__ import annotations

from common.service import Duty
from screening.usecases.imports_store import purge_lines
from screening.usecases.registers_keep import purge_registers
from screening.usecases.retention import purge

DUTIES = (
    Duty("purge", 600, purge),
    Duty("purge_registers", 600, purge_registers),
    Duty("purge_import_lines", 3600, purge_lines),
)
