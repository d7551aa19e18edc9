"""What screening does when time passes."""

from __future__ import annotations

from common.service import Duty
from screening.usecases.retention import purge

DUTIES = (Duty("purge", 600, purge),)
