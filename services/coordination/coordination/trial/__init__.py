"""The trial installation: three sites with invented people."""
