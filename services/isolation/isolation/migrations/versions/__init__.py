"""Revisions of isolation's tables."""
