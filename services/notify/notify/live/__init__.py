"""The live streams. `live` is a blueprint that can be served alone, by a process that serves nothing else."""

from __future__ import annotations

from notify.live.views import live

__all__ = ["live"]
