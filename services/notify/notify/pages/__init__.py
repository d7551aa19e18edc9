"""Pages of notify, one module a page."""
