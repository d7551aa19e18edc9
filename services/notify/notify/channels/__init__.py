"""Ways out of the house. Each is one class with `send`; more kinds come in through `build`."""
