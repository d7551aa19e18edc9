"""What notify can do, one module a capability."""
