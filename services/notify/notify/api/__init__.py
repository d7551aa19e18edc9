"""JSON of notify, one module a resource."""
