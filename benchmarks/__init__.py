"""What Sizao takes against named peers, measured beside it in one run: python -m benchmarks [NAME …] [--json FILE]."""
