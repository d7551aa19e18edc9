"""Migrations of isolation."""
