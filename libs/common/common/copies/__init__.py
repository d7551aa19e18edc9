"""Copies of what coordination owns, kept by every service from its events."""
