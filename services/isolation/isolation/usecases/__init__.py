"""What isolation does, one module a capability."""
