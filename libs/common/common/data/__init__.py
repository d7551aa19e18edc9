"""Databases: engines, site-scoped sessions, column types, migrations."""
