"""Incidents and the people under isolation."""
