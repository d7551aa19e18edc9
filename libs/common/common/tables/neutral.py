"""Texts that a spreadsheet program would run as a formula, made harmless, and back (facts: files)."""

from __future__ import annotations

import re

# What spreadsheet programs take for the start of a formula (full-width forms too), after apostrophes of our own.
_DANGEROUS = re.compile("'*[=+\\-@\t\r\n＝＋－＠]")


def neutralise(text: str) -> str:
    """`text` so that no spreadsheet program runs it: an apostrophe goes before one that starts with = + - @ tab, return
    or line feed (full-width forms too), and before one that has an apostrophe there already, so that `restore` gives
    exactly the same text again."""
    return "'" + text if _DANGEROUS.match(text) else text


def restore(text: str) -> str:
    """`text` without the apostrophe that `neutralise` put before it."""
    return text[1:] if text.startswith("'") and _DANGEROUS.match(text) else text
