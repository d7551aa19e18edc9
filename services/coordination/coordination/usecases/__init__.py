"""What coordination can be asked to do: one module a capability."""
