"""What tests use: real servers, a browser, a clock that can be moved, invented people."""
