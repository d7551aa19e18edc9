"""Pure rules of coordination: no web, no database, no clock."""
