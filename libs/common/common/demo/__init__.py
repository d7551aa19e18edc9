"""A day's traffic through the public API: to see an installation at work, and to prove that its numbers agree."""
