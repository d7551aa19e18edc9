"""Alerts: whom they reach, by which channel, and how they climb until somebody answers."""
