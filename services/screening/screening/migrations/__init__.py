"""Revisions of screening's tables."""
