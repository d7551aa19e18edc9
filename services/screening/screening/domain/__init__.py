"""Rules and values of screening: pure, without clock or I/O."""
