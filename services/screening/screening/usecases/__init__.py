"""What screening does, one module a capability."""
