"""How readings are written."""

from __future__ import annotations

from decimal import Decimal


def reading_text(reading: Decimal) -> str:
    """A reading as people write it: one decimal, two where the second says something."""
    text = f"{reading:.2f}"
    return text.removesuffix("0") if text.endswith("0") else text
