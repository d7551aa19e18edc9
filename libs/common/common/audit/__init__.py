"""What makes the record hard to falsify: canonical rows, sealed registers, the hash-chained log, the access log.

`canonical`, `tree` and `chain` are pure; `tables`, `log`, `export` and `access` work on a session.
"""
